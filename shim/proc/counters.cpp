#include "shim/proc/counters.h"

#include <charconv>

#include "shim/hooks/ask.h"

namespace tapstack::shim::proc {

int Counters::fetch() {
  lines_.assign(1, '\n');
  for (int64_t position = 0; position >= 0;) {
    Request request = ask::about(Op::kCounters, SlotId{});
    request.args[0] = position;
    Reply reply;
    if (const int error = ask::call(request, reply); error != 0) return error;
    lines_.append(reinterpret_cast<const char*>(reply.payload), reply.payload_bytes);
    position = reply.value;
  }
  return 0;
}

uint64_t Counters::value(std::string_view group, std::string_view name) const {
  std::string key = "\n";
  key.append(group).append(name).append(" ");
  const size_t at = lines_.find(key);
  if (at == lines_.npos) return 0;
  uint64_t value = 0;
  std::from_chars(lines_.data() + at + key.size(), lines_.data() + lines_.size(), value);
  return value;
}

}  // namespace tapstack::shim::proc
