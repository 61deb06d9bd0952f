// Two TCPs with a network layer each, joined by a link in virtual time. Tests drop, delay and watch
// what passes between them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/configuration.h"
#include "net/network.h"
#include "transport/tcp/tcp.h"
#include "transport/tcp/user_calls.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

namespace tapstack::transport::tcp {

// A segment that was put on the link.
struct Seen {
  Instant at;
  bool from_a = false;
  wire::TcpFlags flags;
  SeqNumber seq, ack;
  uint32_t wnd = 0;
  uint32_t text = 0;
  uint16_t urgent = 0;
  Port source, destination;
  wire::TcpOptions options;
  bool has(wire::TcpFlags f) const { return flags.has(f); }
};

struct Host {
  explicit Host(uint8_t number, bool can_segment);

  Context at(Instant now) { return {now, memory, timers, counters, random}; }
  bool drain(Instant now, const std::function<void(mem::PacketPtr)>& frame);

  mem::PacketMemory memory;
  timer::Timers timers;
  Counters counters;
  Random random;
  net::Network network;
  Tcp tcp;
  Ip4Address address;
  InterfaceId device;
};

class Pair {
 public:
  struct Options {
    Duration delay = Duration::ms(1);  // one way
    bool can_segment = false;
    uint32_t mtu_bytes = 1500;
    bool is_a_batched = false;  // takes in all that arrives at an instant before output, but as
                                // Tcp::has_answer_due() has it
  };
  Pair() : Pair(Options{}) {}
  explicit Pair(const Options& options);

  // Lets everything happen that happens in the next `d`.
  void run(Duration d);
  Context ctx(Host& h) { return h.at(now); }

  // --- calls ---
  ListenerId listen(Host& h, uint16_t port, uint32_t backlog = 8, const Settings& s = {});
  ConnectionId connect(Host& from, const Host& to, uint16_t port, const Settings& s = {},
                       uint16_t local_port = 0);
  ConnectionId accept(Host& h, ListenerId l);
  // A connection from a to b, established.
  struct Ends {
    ListenerId listener;
    ConnectionId a, b;
  };
  Ends establish(const Settings& sa = {}, const Settings& sb = {});
  size_t send(Host& h, ConnectionId c, const std::string& bytes, const SendFlags& f = {});
  std::string receive(Host& h, ConnectionId c, size_t most = 1 << 20);
  State state(Host& h, ConnectionId c);
  Error error(Host& h, ConnectionId c) { return take_error(h.tcp, c); }
  // Sends `bytes` from one end to the other while time passes; what arrived in order.
  std::string transfer(Host& from, ConnectionId c, Host& to, ConnectionId d,
                       const std::string& bytes, Duration limit);
  // What the owner of `c` was told since the last call; events of others are lost.
  Events events(Host& h, ConnectionId c);
  Connection& inside(Host& h, ConnectionId c) { return h.tcp.tables().connections.at(c.index); }

  // --- the link ---
  // A segment made by hand, as if it came from the other end of `to`.
  void inject(Host& to, const Flow& flow_of_receiver, const wire::TcpHeader& header,
              const wire::TcpOptions& options = {}, const std::string& text = {});
  size_t count(bool from_a, wire::TcpFlags flags) const;

  Instant now = Instant::from_us(1'000'000'000);
  std::unique_ptr<Host> host_a, host_b;
  Host &a, &b;
  Duration delay;
  bool is_a_batched;
  std::function<bool(const Seen&)> drop;  // true: the link loses it
  std::function<Duration(const Seen&)> extra_delay;
  std::vector<Seen> trace;  // what was put on the link, lost or not

 private:
  struct Flying {
    bool to_a = false;
    std::vector<uint8_t> bytes;
    mem::Offload offload;
  };
  void put_on_link(bool from_a, Host& from, mem::PacketPtr frame);
  void arrive(const Flying& f);
  void step();

  std::multimap<Instant, Flying> flying_;
};

// A text in which each place can be recognized.
std::string pattern(size_t bytes);

}  // namespace tapstack::transport::tcp
