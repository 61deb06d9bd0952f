// Writes netlink messages one behind the other into memory of the caller's. A message that does not
// fit is taken back as a whole.
#pragma once

#include <linux/netlink.h>

#include <string_view>
#include <type_traits>

#include "core/api/types.h"

namespace tapstack::shim::netlink {

class Writer {
 public:
  // To whom, and in answer to which request.
  struct Address {
    uint32_t port = 0;
    uint32_t sequence = 0;
    uint16_t flags = 0;  // of every message: NLM_F_MULTI ...
  };

  Writer(Bytes room, const Address& to) : room_(room), to_(to) {}

  void begin(uint16_t type, uint16_t flags = 0);
  // Ends the message. False: it did not fit and is not there.
  bool end();
  // Takes the message that was begun back.
  void abandon() { used_ = begun_; }

  template <class T>
  void fixed(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    append(&value, sizeof value);
  }
  // As fixed(), of a length that attributes may follow only behind padding.
  template <class T>
  void header(const T& value) {
    fixed(value);
    pad();
  }
  void attribute(uint16_t type, ConstBytes payload);
  template <class T>
  void number(uint16_t type, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    attribute(type, {reinterpret_cast<const uint8_t*>(&value), sizeof value});
  }
  void text(uint16_t type, std::string_view value);  // with a zero behind it
  void flag(uint16_t type) { attribute(type, {}); }
  // What is written until end_nest() is inside of an attribute of `type`; returns what end_nest()
  // wants.
  size_t begin_nest(uint16_t type);
  void end_nest(size_t nest);

  // Bytes as they are, with zeros up to the next multiple of four.
  void padded(ConstBytes bytes);

  void set_flags(uint16_t flags) { to_.flags = flags; }
  ConstBytes written() const { return room_.first(used_); }
  bool is_empty() const { return used_ == 0; }
  void clear() { used_ = begun_ = 0; }

 private:
  void append(const void* from, size_t bytes);
  void pad();

  Bytes room_;
  Address to_;
  size_t used_ = 0;
  size_t begun_ = 0;  // where the message that is written begins
  bool is_too_long_ = false;
};

}  // namespace tapstack::shim::netlink
