// The carrier to an engine in a keeper process: messages on a private channel.
#pragma once

#include <pthread.h>

#include <atomic>
#include <memory>
#include <string>

#include "shim/client/keeper_start.h"
#include "shim/common/carrier.h"
#include "shim/common/identity.h"
#include "tapif/device.h"

namespace tapstack::shim {

class KeeperCarrier final : public Carrier {
 public:
  struct Started {
    std::unique_ptr<KeeperCarrier> carrier;
    tapif::Failure failure;
  };
  // Starts a keeper (`image` as of find_keeper()) and waits until its engine runs.
  static Started start(const KeeperLaunch& launch);
  // The channel of a keeper that runs already, or of one that an engine elsewhere is about to move
  // to; waits a bounded time for an answer. Takes `channel`, a private descriptor, over. `handle`,
  // if not -1, shows that this process was given a socket of that keeper, whoever its user is.
  static Started over(int channel, int handle);

  ~KeeperCarrier() override;

  // ENETDOWN when the keeper is gone, with one line on stderr.
  void call(const Request& request, Reply& reply, int& fd_out) override;

  const EngineToken& token() const { return token_; }
  int channel() const { return channel_; }

  // Around fork. The child gets a channel of its own with its first call, by a message on the one
  // it inherited.
  void lock();
  void unlock();
  void on_forked_child();

 private:
  explicit KeeperCarrier(int channel) : channel_(channel) {}
  tapif::Failure greet(int handle);
  int ask(const Request& request, int fd, Reply& reply, int& fd_out);
  bool prove(SlotId slot);
  int split_off();
  void on_keeper_gone(Reply& reply);

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;  // one question at a time
  int channel_;
  bool is_inherited_ = false;
  std::atomic<bool> has_complained_{false};
  EngineToken token_;
};

}  // namespace tapstack::shim
