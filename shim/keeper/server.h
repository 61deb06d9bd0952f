// Clients of a keeper: requests in, replies out.
#pragma once

#include <vector>

#include "shim/engine/engine.h"
#include "shim/keeper/strangers.h"

namespace tapstack::shim {

class Server {
 public:
  // `drain_ms`: how long to go on sending when nobody is left.
  Server(Engine& engine, int64_t drain_ms) : engine_(engine), drain_ms_(drain_ms) {}
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes `channel` over. The number that it has from now on, or -1: it was refused.
  int add_client(int channel);
  // Others join at `rendezvous`, a private descriptor that the server closes when it leaves; -1:
  // nobody can. What one of another user may do: strangers.h.
  void listen_at(int rendezvous) { rendezvous_ = rendezvous; }
  // Returns when the last client is gone, no process holds a socket any more, and all is sent.
  void run();

 private:
  bool has_clients() const;
  bool holds_sockets();  // some process does
  void serve_clients();
  void admit();
  void drop(int channel);
  bool serve_one(int channel);  // false: the client is gone or talks nonsense
  bool serve(const Request& request, int channel, int answer_to);  // false: nobody takes the answer
  // An answer to a stranger that the engine is not to be asked for. False: it may ask.
  bool answer_stranger(int channel, const Request& request, int fd_in, bool& is_good);
  // Until all is sent; false if somebody has joined meanwhile and the keeper is to go on.
  bool drain();

  Engine& engine_;
  int64_t drain_ms_;
  std::vector<int> channels_;
  Strangers strangers_;  // which of them are of another user
  int rendezvous_ = -1;
};

// Answers every request of a client with the failure, until it goes: for a keeper that cannot
// start.
void refuse_client(int channel, const tapif::Failure& failure);

}  // namespace tapstack::shim
