// The filters of all sockets, counted: an accepted connection has its listener's.
#pragma once

#include <cstdint>
#include <type_traits>

#include "link/packet_filter.h"
#include "mem/pool.h"
#include "util/result.h"

namespace tapstack::link {

using FilterId = mem::Handle<struct FilterTag>;

// The filter of one socket, or none. An id that outlives its filter is as good as none.
template <bool kExists>
class FilterHolder {
 public:
  FilterId get() const { return id_; }
  void set(FilterId id) { id_ = id; }

 private:
  FilterId id_;
};
template <>
class FilterHolder<false> {
 public:
  static FilterId get() { return {}; }
  static void set(FilterId) {}
};
using SocketFilter = FilterHolder<(kConfig.filters > 0)>;

// Trivially copyable; construction touches no storage. The instructions of all programs stand in
// one array, one program behind the other; when one goes, those behind it move up.
class FilterTable {
 public:
  // Checks and keeps a copy, which one socket has; `is_stream`: one of TCP. Errors of
  // check_filter(), kNoMemory.
  Result<FilterId> add(FilterProgram program, bool is_stream);
  // One more, and one less socket has it; with the last it is gone. No effect for a null id.
  void share(FilterId id);
  void release(FilterId id);
  // Valid until the table changes; empty for a null id.
  FilterProgram program(FilterId id) const;
  // As run_filter(); everything is wanted where there is no filter.
  uint32_t run(FilterId id, const FilterSubject& subject) const;

  size_t used() const;
  // Whether a socket of TCP has one.
  bool has_stream_filters() const { return stream_filters_ > 0; }

 private:
  struct Entry {
    uint32_t begin = 0, length = 0, sockets = 0;
    bool is_stream = false;
  };
  static constexpr size_t kPrograms = kConfig.filters > 0 ? kConfig.filters : 1;
  static constexpr size_t kInstructions = kConfig.filters > 0 ? kConfig.filter_instructions : 1;

  mem::Pool<Entry, kPrograms, FilterTag> entries_;
  uint32_t instructions_used_ = 0;
  uint32_t stream_filters_ = 0;
  // Storage whose construction does nothing; valid below instructions_used_.
  union Storage {
    Storage() {}
    FilterInstruction instructions[kInstructions];
  } storage_;
};

// Where there are no filters (kConfig.filters 0): nothing, at no cost.
class NoFilterTable {
 public:
  static Result<FilterId> add(FilterProgram, bool) { return Error::kNoMemory; }
  static void share(FilterId) {}
  static void release(FilterId) {}
  static FilterProgram program(FilterId) { return {}; }
  static uint32_t run(FilterId, const FilterSubject&) { return UINT32_MAX; }
  static size_t used() { return 0; }
  static bool has_stream_filters() { return false; }
};

using Filters = std::conditional_t<(kConfig.filters > 0), FilterTable, NoFilterTable>;

}  // namespace tapstack::link
