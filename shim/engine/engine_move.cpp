// An engine moves from one process to another: out of a program into a keeper.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "shim/common/private_fds.h"
#include "shim/common/quiet.h"
#include "shim/engine/clock.h"
#include "shim/engine/engine.h"
#include "shim/engine/engine_image.h"
#include "shim/engine/packet_ring.h"

namespace tapstack::shim {
namespace {

bool write_all(int fd, const void* bytes, size_t count) {
  return sys::write(fd, bytes, count) == static_cast<long>(count);
}

bool read_all(int fd, void* bytes, size_t count) {
  return sys::read(fd, bytes, count) == static_cast<long>(count);
}

tapif::Failure failure(int error, const char* what) {
  return {error, std::string("cannot take the stack over: ") + what};
}

// What came along and is none of the engine's: the image, and the program's own end of the channel
// to this process, which would keep it alive for ever.
void close_all_but_those_of(const EngineImage& image, Slots& slots) {
  std::vector<int> known = {image.stack_fd,   image.rendezvous_fd, image.link.device_fd,
                            image.watch.ends, image.watch.rooms,   image.watch.timer,
                            image.watch.wake};
  size_t n = 0;
  while (const Slot* slot = slots.next(n)) {
    known.insert(known.end(), {slot->end, slot->handle, slot->ring.fd});
  }
  std::ranges::sort(known);
  for (int fd = private_fds::next_private(0, ~0u); fd >= 0;
       fd = private_fds::next_private(static_cast<unsigned>(fd) + 1, ~0u)) {
    if (!std::ranges::binary_search(known, fd)) private_fds::close(fd);
  }
}

}  // namespace

int Engine::write_image() {
  const long made = sys::call(SYS_memfd_create, sys::pointer("tapstack-image"), 1 /* CLOEXEC */);
  const int fd = made < 0 ? static_cast<int>(made) : private_fds::move_high(static_cast<int>(made));
  if (fd < 0) return fd;
  turn();
  if (rendezvous_ >= 0) watch_.remove_rendezvous(rendezvous_);
  EngineImage image;
  image.token = token_;
  image.stack_fd = memory_.fd();
  image.rendezvous_fd = rendezvous_;
  image.link = link_->image(memory_.stack(), watch_);
  image.watch = watch_.image();
  image.slots = slots_.image();
  image.clients = clients_.state();
  image.interface_flags = netlink_.all_kept_flags();
  if (!write_all(fd, &image, sizeof image) ||
      !write_all(fd, slots_.begin(), image.slots.end * sizeof(Slot)) ||
      !write_all(fd, slots_.begin_own(), image.slots.own_end * sizeof(Slot)) ||
      !write_all(fd, netlink_.sockets(), image.slots.own_end * sizeof(netlink::Socket))) {
    private_fds::close(fd);
    return -EIO;
  }
  sys::call(SYS_lseek, fd, 0, 0);
  return fd;
}

void Engine::abandon() {
  has_moved_ = true;
  is_stopping_.store(true);
  link_->abandon();
  unmap_rings(*works_);
}

void Engine::resume() {
  link_->watch_status(watch_);
  forget_rendezvous();
}

Engine::Started Engine::take_over(Settings settings, int image_fd, OpenDevice open) {
  const Quiet quiet;
  std::unique_ptr<Engine> engine(new Engine);
  EngineImage image;
  tapif::Failure failure = engine->read_image(image_fd, image);
  if (failure) return {nullptr, std::move(failure)};
  failure = engine->restore(settings, image, open);
  if (failure) static_cast<void>(engine.release());  // its descriptors are still the program's
  return {std::move(engine), std::move(failure)};
}

tapif::Failure Engine::read_image(int image_fd, EngineImage& image) {
  const long got = sys::read(image_fd, &image, sizeof image);
  if (got != sizeof image || !image.fits()) return failure(EPROTO, "it is of another version");
  slots_.restore(image.slots);
  const SlotsImage& slots = slots_.image();
  if (read_all(image_fd, slots_.begin(), slots.end * sizeof(Slot)) &&
      read_all(image_fd, slots_.begin_own(), slots.own_end * sizeof(Slot)) &&
      read_all(image_fd, netlink_.sockets(), slots.own_end * sizeof(netlink::Socket))) {
    return {};
  }
  slots_.restore({});
  return failure(EPROTO, "its sockets are missing");
}

tapif::Failure Engine::restore(Settings& settings, const EngineImage& image, OpenDevice open) {
  close_all_but_those_of(image, slots_);
  token_ = image.token;
  rendezvous_ = image.rendezvous_fd;
  if (const int error = memory_.adopt(image.stack_fd)) return failure(error, "no memory");
  watch_.restore(image.watch);
  works_ = std::unique_ptr<Works>(
      new Works{memory_.stack(), slots_, watch_, scratch_, token_, netlink_, clock_now()});
  settings.device.tap.adopted_fd = image.link.device_fd;
  settings.device.tap.mac = image.link.mac;
  settings.device.tap.fd_floor = private_fds::floor();
  settings.device.capture_goes_on = true;
  tapif::Opened opened = open(settings.device);
  if (opened.failure) return std::move(opened.failure);
  link_ = std::make_unique<Link>(std::move(opened.device));
  if (const int error = link_->restore(image.link, watch_)) return failure(error, "no device");
  clients_.restore(image.clients, settings);
  name_servers_.configure(settings, link_->interface());
  netlink_.restore_flags(image.interface_flags);
  netlink_.monitor().on_membership(*works_);
  return start_thread();
}

}  // namespace tapstack::shim
