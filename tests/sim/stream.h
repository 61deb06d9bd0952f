// TCP conversations: both ends send a stream whose every byte follows from its position, in their
// own manner, and check what they receive.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/app.h"
#include "tests/sim/world.h"

namespace tapstack::sim {

// How one end behaves.
struct StreamPlan {
  uint64_t bytes = 0;         // what it sends
  size_t chunk_bytes = 1000;  // of a call
  Duration read_pause;        // slow reader: waits so long between reads
  bool in_place = false;      // uses spans of the queues instead of copies
  bool no_delay = false;      // TCP_NODELAY
  bool aborts = false;        // closes with a RST when it has received `abort_after`
  uint64_t abort_after = 0;
};

struct Conversation {
  uint64_t key = 0;  // the first eight bytes of what the client sends
  int client = 0;    // hosts
  int server = 1;
  Instant start;
  bool is_crowded = false;  // there may be no connection left for it at the server
  StreamPlan plans[2];      // of client, of server
};

inline constexpr int kClient = 0;
inline constexpr int kServer = 1;
inline constexpr Port kStreamPort{5000};
inline constexpr uint64_t kKeyBytes = 8;

// What became of one end.
enum class StreamResult : uint8_t {
  kRunning,
  kComplete,  // sent everything, received everything and the end
  kAborted,   // by itself, as planned
  kReset,     // by the other end, or by a host that had no connection left for it
  kTimedOut,
  kUnreachable,  // nobody answered ARP: three requests, each lost on the way or its reply
  kWrong,        // something that must not happen
};

// One end of a conversation.
class StreamEnd : public App {
 public:
  // The client's end: connects when its time comes.
  StreamEnd(World& world, const Conversation& conversation);
  // The server's: `id` was accepted, and the key was read from it.
  StreamEnd(World& world, const Conversation& conversation, SocketId id, Instant now);

  void on_wake(Instant now) override;
  void on_event(Instant now, SocketId id) override;
  bool is_done() const override { return result_ != StreamResult::kRunning; }
  std::string describe() const override;
  StreamResult result() const { return result_; }
  const Conversation& conversation() const { return conversation_; }
  const std::string& problem() const { return problem_; }

 private:
  int host() const { return side_ == kClient ? conversation_.client : conversation_.server; }
  Stack& stack() const { return world_.stack(host()); }
  const StreamPlan& plan() const { return conversation_.plans[side_]; }
  uint64_t expected_bytes() const { return conversation_.plans[1 - side_].bytes; }
  void connect(Instant now);
  void guard(Instant now, SocketId id);
  void work(Instant now);
  bool transmit(Instant now);
  bool receive(Instant now);
  Result<size_t> send_some(Instant now, std::vector<uint8_t>& bytes);
  Result<size_t> receive_some(Instant now, std::vector<uint8_t>& bytes);
  bool check(std::span<const uint8_t> bytes);
  bool fail(Instant now, Error error);
  void finish(Instant now, StreamResult result, const std::string& problem = {});

  World& world_;
  const Conversation conversation_;
  int side_;
  SocketId id_;
  bool is_connected_ = false;
  bool has_shut_ = false;
  bool has_end_ = false;  // end of stream received
  uint64_t sent_ = 0;
  uint64_t received_ = 0;
  Instant next_read_;
  StreamResult result_ = StreamResult::kRunning;
  std::string problem_;
};

// Listens on one host, accepts, reads the keys and starts the servers' ends.
class StreamListener : public App {
 public:
  StreamListener(World& world, int host, const std::vector<Conversation>& conversations);

  void on_wake(Instant now) override;
  void on_event(Instant now, SocketId id) override;
  bool is_done() const override { return true; }
  void on_over(Instant now) override;
  std::string describe() const override { return "listener on host " + std::to_string(host_); }
  const std::vector<StreamEnd*>& ends() const { return ends_; }

 private:
  void accept_all(Instant now);
  void read_key(Instant now, SocketId id);

  World& world_;
  int host_;
  std::map<uint64_t, Conversation> expected_;
  SocketId id_;
  bool is_closed_ = false;
  std::set<SocketId> nameless_;  // accepted, key not yet read
  std::vector<StreamEnd*> ends_;
};

// The byte at `position` of the stream that `side` sends.
uint8_t stream_byte(uint64_t key, int side, uint64_t position);

}  // namespace tapstack::sim
