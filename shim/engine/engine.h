// The stack at work: one lock, one background thread, and callers who drive it while they are
// there.
#pragma once

#include <pthread.h>

#include <atomic>
#include <memory>

#include "shim/common/carrier.h"
#include "shim/common/settings.h"
#include "shim/engine/address_clients.h"
#include "shim/engine/link.h"
#include "shim/engine/name_servers.h"
#include "shim/engine/stack_memory.h"
#include "shim/engine/works.h"
#include "shim/netlink/state.h"
#include "tapif/open_device.h"

namespace tapstack::shim {

struct EngineImage;

class Engine final : public Carrier {
 public:
  struct Started {
    std::unique_ptr<Engine> engine;
    tapif::Failure failure;  // a line for the user
  };

  // Makes the stack on `device` and starts the background thread. private_fds::prepare() comes
  // first.
  static Started start(const Settings& settings, std::unique_ptr<tapif::Device> device);
  // Opens the device that the settings ask for, then as above.
  static Started start(const Settings& settings);

  // --- The engine moves to another process, which inherits this one's private descriptors.

  // What an engine that has moved answers to calls: whoever runs it now is to be asked.
  static constexpr int kMoved = -1;
  // Writes the image of the engine, for take_over() there; a private descriptor, or -errno. The
  // thread is stopped and the lock held.
  int write_image();
  // The other process has it: nothing here may touch a descriptor any more. With the lock held.
  void abandon();
  // It has not: goes on. With the lock held.
  void resume();
  // Stops the thread, but not from the thread itself. Without the lock.
  void stop_thread();
  tapif::Failure start_thread();
  // In the other process: goes on where the image says. `open` has the device's settings, with the
  // descriptor that was inherited. EPROTO: the image is of another build, or not whole; then
  // nothing was touched.
  using OpenDevice = tapif::Opened (*)(const tapif::DeviceSettings&);
  static Started take_over(Settings settings, int image_fd, OpenDevice open = tapif::open_device);

  // Listens at `rendezvous`, a private descriptor, for programs that want to join: `on_knock` runs
  // in the thread, without the lock, until forget_rendezvous(). Null: somebody else does.
  void listen_at(int rendezvous, void (*on_knock)());
  void forget_rendezvous();
  int rendezvous() const { return rendezvous_; }

  ~Engine() override;  // stops the thread; connections are lost

  void call(const Request& request, Reply& reply, int& fd_out) override;

  const EngineToken& token() const { return token_; }
  size_t open_sockets();  // that programs hold; those that close by themselves are not counted

  // Around fork: the lock is held, so that the child's copy of it is in a known state.
  void lock();
  void unlock();

 private:
  Engine() = default;
  tapif::Failure read_image(int image_fd, EngineImage& image);
  tapif::Failure restore(Settings& settings, const EngineImage& image, OpenDevice open);
  tapif::Failure set_up(const Settings& settings, std::unique_ptr<tapif::Device> device);
  // Until a server has given an address, for a bounded time; without the lock.
  void await_address();
  static void* run_thread(void* self);
  void run();
  void answer_knock();

  // All below with the lock held.
  void serve(const Request& request, Reply& reply, int& fd_out);
  // Takes in what has happened, lets the stack work, moves bytes and frames, until nothing more is
  // to be done or enough was done for a turn; the rest wakes the thread.
  void turn();
  bool turn_once();
  bool pump();
  void arm();

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  std::atomic<int> waiting_{0};  // callers who want the lock: the thread lets them go first
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> is_knocked_{false};
  std::atomic<void (*)()> on_knock_{nullptr};
  bool has_moved_ = false;  // under the lock
  int rendezvous_ = -1;
  pthread_t thread_{};
  bool has_thread_ = false;
  std::atomic<int> thread_id_{0};  // the kernel's

  EngineToken token_;
  StackMemory memory_;
  Watch watch_;
  Slots slots_;
  Scratch scratch_;
  netlink::State netlink_;
  std::unique_ptr<Link> link_;
  AddressClients clients_;
  NameServers name_servers_;
  std::unique_ptr<Works> works_;
};

}  // namespace tapstack::shim
