// What the tests of datagram transports share: a network with one device, and calls in short.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "tests/unit/net/net_test.h"
#include "transport/datagram_endpoint.h"

namespace tapstack::transport {

using link::Frame;
using link::kAbsent;
using link::kOurs;
using link::kPeer;

inline Frame text(std::string_view s) { return Frame(s.begin(), s.end()); }

// A UDP header (RFC 768) in front of `data`; checksum 0 means none.
inline Frame udp(unsigned source, unsigned destination, const Frame& data, unsigned checksum = 0) {
  Frame f;
  link::put16(f, source);
  link::put16(f, destination);
  link::put16(f, static_cast<unsigned>(8 + data.size()));
  link::put16(f, checksum);
  link::put(f, data);
  return f;
}

// The UDP checksum over IPv4, the slow way.
inline uint16_t udp_checksum(Ip4Address source, Ip4Address destination, Frame segment) {
  Frame all;
  link::put32(all, source.value);
  link::put32(all, destination.value);
  link::put16(all, 17);
  link::put16(all, static_cast<unsigned>(segment.size()));
  link::put(all, segment);
  return net::checksum(all);
}

class TransportTest : public net::NetTest {
 protected:
  // Takes a datagram of at most `room` bytes from `endpoint`.
  Result<size_t> read(DatagramEndpoint& endpoint, Frame& bytes, DatagramInfo* info = nullptr,
                      bool peek = false, size_t room = 70'000) {
    bytes.resize(room);
    const mem::Bytes parts[] = {bytes};
    const auto n = receive(ctx_, endpoint, parts, peek, info);
    bytes.resize(n.ok() ? *n : 0);
    return n;
  }
  Frame read(DatagramEndpoint& endpoint) {
    Frame bytes;
    EXPECT_TRUE(read(endpoint, bytes).ok());
    return bytes;
  }
  static DatagramInfo to(Ip4Address address, uint16_t port = 0) {
    DatagramInfo info;
    info.peer = {address, Port{port}};
    return info;
  }
  // Port Unreachable and its like about a packet of ours whose transport header and data are
  // `quoted`.
  static net::IcmpError icmp_error(uint8_t protocol, const Frame& quoted, uint8_t code = 3) {
    net::IcmpError error;
    error.reporter = kPeer;
    error.source = kOurs;
    error.destination = kPeer;
    error.protocol = protocol;
    error.type = 3;
    error.code = code;
    error.error = code == 3 ? Error::kConnectionRefused : Error::kHostUnreachable;
    error.is_hard = code == 3;
    error.quoted_bytes = static_cast<uint8_t>(quoted.size());
    std::copy(quoted.begin(), quoted.end(), error.quoted);
    return error;
  }
};

}  // namespace tapstack::transport
