#include "shim/trace/data.h"

#include <algorithm>
#include <optional>

#include "shim/trace/address.h"
#include "shim/trace/arguments.h"
#include "shim/trace/memory.h"
#include "shim/trace/option_names.h"

namespace tapstack::shim::trace {
namespace {

// `count` bytes of the program's, or where they should be.
void append_bytes(Line& line, const void* bytes, size_t count) {
  uint8_t copy[Line::kQuotedBytesMax];
  const size_t wanted = std::min(count, sizeof copy);
  const size_t copied = copy_from(bytes, copy, wanted);
  if (copied < wanted) return line.pointer(bytes);
  line.quoted({copy, copied}, copied < count);
}

// How many of the bytes of a vector there are: all that is sent, or what came.
size_t bytes_there(Way way, const Outcome& outcome) {
  return way == Way::kSent ? SIZE_MAX : static_cast<size_t>(outcome.result);
}

void append_parts(Line& line, const iovec* parts, size_t count, size_t bytes) {
  append_list(line, count, [&](size_t i) {
    const std::optional<iovec> part = value_at(parts + i);
    if (!part) return false;
    const size_t there = std::min(part->iov_len, bytes);
    bytes -= there;
    append_bytes(line, part->iov_base, there);
    return true;
  });
}

// The entry behind one of `bytes` bytes, as CMSG_NXTHDR counts.
size_t aligned(size_t bytes) { return CMSG_ALIGN(bytes); }

void append_controls(Line& line, const void* controls, size_t bytes) {
  const auto* next = static_cast<const uint8_t*>(controls);
  line.text("[");
  for (const char* separator = ""; bytes >= sizeof(cmsghdr); separator = ", ") {
    cmsghdr header;
    if (copy_from(next, &header, sizeof header) < sizeof header) break;
    if (header.cmsg_len < sizeof header) break;
    line.text(separator);
    append_control_type(line, header.cmsg_level, header.cmsg_type);
    const size_t taken = std::min(aligned(header.cmsg_len), bytes);
    next += taken;
    bytes -= taken;
  }
  line.text("]");
}

void append_message(Line& line, Way way, const msghdr& message, const Outcome& outcome) {
  line.text("{");
  if (message.msg_name == nullptr || message.msg_namelen == 0) {
    line.text("NULL");
  } else {
    Address{static_cast<const sockaddr*>(message.msg_name), message.msg_namelen}.append(line,
                                                                                        outcome);
  }
  line.text(", ");
  append_parts(line, message.msg_iov, message.msg_iovlen, bytes_there(way, outcome));
  if (message.msg_control != nullptr && message.msg_controllen > 0) {
    line.text(", ");
    append_controls(line, message.msg_control, message.msg_controllen);
  }
  if (way == Way::kReceived && message.msg_flags != 0) {
    line.text(", ");
    append_flags(line, kMessageFlags, static_cast<uint32_t>(message.msg_flags));
  }
  line.text("}");
}

bool is_empty(Way way, const Outcome& outcome) {
  return way == Way::kReceived && outcome.has_failed();
}

}  // namespace

void Data::append(Line& line, const Outcome& outcome) const {
  if (is_empty(way, outcome)) return line.pointer(bytes);
  append_bytes(line, bytes, std::min(count, bytes_there(way, outcome)));
}

void Parts::append(Line& line, const Outcome& outcome) const {
  if (is_empty(way, outcome)) return line.pointer(parts);
  append_parts(line, parts, count, bytes_there(way, outcome));
}

void Message::append(Line& line, const Outcome& outcome) const {
  const std::optional<msghdr> copy = value_at(message);
  if (!copy || is_empty(way, outcome)) return line.pointer(message);
  append_message(line, way, *copy, outcome);
}

void Messages::append(Line& line, const Outcome& outcome) const {
  if (outcome.has_failed()) return line.pointer(messages);
  append_list(line, std::min(count, static_cast<size_t>(outcome.result)), [&](size_t i) {
    const std::optional<mmsghdr> copy = value_at(messages + i);
    if (!copy) return false;
    append_message(line, way, copy->msg_hdr, {copy->msg_len, 0});
    line.text(" ");
    line.number(copy->msg_len);
    return true;
  });
}

}  // namespace tapstack::shim::trace
