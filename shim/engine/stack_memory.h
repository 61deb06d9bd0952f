// The memory of the stack: a mapping of a memfd, so that another process can take it over.
#pragma once

#include "core/api/create.h"

namespace tapstack::shim {

class StackMemory {
 public:
  StackMemory() = default;
  ~StackMemory();
  StackMemory(const StackMemory&) = delete;
  StackMemory& operator=(const StackMemory&) = delete;

  // Maps and constructs. 0 or an errno. Pages are resident only where used; a child after fork does
  // not have the mapping. `seed`: fixed entropy, or none for getrandom(2).
  int create(const uint64_t* seed);
  // Maps the memory of a stack that another process has made; takes `fd` over. 0 or an errno.
  int adopt(int fd);
  int fd() const { return fd_; }
  Stack& stack() { return *stack_; }

 private:
  int map();

  int fd_ = -1;
  void* memory_ = nullptr;
  size_t bytes_ = 0;
  Stack* stack_ = nullptr;
};

}  // namespace tapstack::shim
