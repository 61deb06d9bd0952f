// One connection under work for the length of a call: where it lies, what it may use.
#pragma once

#include "link/context.h"
#include "transport/tcp/connection.h"
#include "transport/tcp/tables.h"

namespace tapstack::transport::tcp {

struct Work {
  Tables& tables;
  Context& ctx;
  mem::Index index;
  Connection& c;
  bool is_gone = false;  // given back to the pool: `c` must not be touched any more
};

inline Work work_on(Tables& tables, Context& ctx, mem::Index index) {
  return {tables, ctx, index, tables.connections.at(index)};
}

}  // namespace tapstack::transport::tcp
