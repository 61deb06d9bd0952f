#include "shim/names/server_sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "shim/common/address.h"
#include "shim/hooks/result.h"

namespace tapstack::shim::names {
namespace {

constexpr size_t kLengthBytes = 2;          // before a message on a stream
constexpr size_t kDatagramBytesMax = 4096;  // more than any that is asked for

bool is_passing(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (is_open()) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (is_open()) ::close(fd_);
}

int Descriptor::release() { return std::exchange(fd_, -1); }

// Not connected: closed again.
Descriptor ServerSockets::connect_to(uint8_t server, int type) const {
  const Family family = servers_[server].address.family();
  Descriptor made(::socket(family == Family::kIp6 ? AF_INET6 : AF_INET,
                           type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_storage to{};
  socklen_t length = sizeof to;
  auto* address = reinterpret_cast<sockaddr*>(&to);
  endpoint_to(family, servers_[server], address, &length);
  if (!made.is_open()) return made;
  if (::connect(made.get(), address, length) == 0 || last_error() == EINPROGRESS) return made;
  return {};
}

bool ServerSockets::send_datagram(uint8_t server, std::span<const uint8_t> message) {
  Descriptor& fd = datagrams_[server];
  if (!fd.is_open()) fd = connect_to(server, SOCK_DGRAM);
  if (!fd.is_open()) return false;
  const ssize_t sent = ::send(fd.get(), message.data(), message.size(), MSG_NOSIGNAL);
  return sent >= 0 || is_passing(last_error());  // what could not go now goes again in time
}

bool ServerSockets::begin_stream(uint8_t server, std::span<const uint8_t> message) {
  stream_ = connect_to(server, SOCK_STREAM);
  stream_server_ = server;
  incoming_.clear();
  outgoing_.assign(
      {static_cast<uint8_t>(message.size() >> 8), static_cast<uint8_t>(message.size())});
  outgoing_.insert(outgoing_.end(), message.begin(), message.end());
  return stream_.is_open();
}

void ServerSockets::watch(std::vector<pollfd>& fds) const {
  for (const Descriptor& fd : datagrams_) {
    if (fd.is_open()) fds.push_back({fd.get(), POLLIN, 0});
  }
  if (!stream_.is_open()) return;
  const auto events = static_cast<short>(outgoing_.empty() ? POLLIN : POLLIN | POLLOUT);
  fds.push_back({stream_.get(), events, 0});
}

Arrival ServerSockets::receive() {
  for (size_t server = 0; server < datagrams_.size(); ++server) {
    if (!datagrams_[server].is_open()) continue;
    const Arrival arrival = receive_datagram(static_cast<uint8_t>(server));
    if (arrival.kind != ArrivalKind::kNone) return arrival;
  }
  return stream_.is_open() ? go_on_with_stream() : Arrival{};
}

Arrival ServerSockets::receive_datagram(uint8_t server) {
  buffer_.resize(kDatagramBytesMax);
  const ssize_t got = ::recv(datagrams_[server].get(), buffer_.data(), buffer_.size(), 0);
  if (got >= 0) {
    return {ArrivalKind::kMessage, server, false,
            std::span(buffer_).first(static_cast<size_t>(got))};
  }
  if (is_passing(last_error())) return {};
  datagrams_[server] = {};
  return {ArrivalKind::kUnreachable, server, false, {}};
}

Arrival ServerSockets::end_stream(ArrivalKind kind) {
  stream_ = {};
  return {kind, stream_server_, true, {}};
}

Arrival ServerSockets::go_on_with_stream() {
  while (!outgoing_.empty()) {
    const ssize_t sent = ::send(stream_.get(), outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (sent < 0)
      return is_passing(last_error()) ? Arrival{} : end_stream(ArrivalKind::kUnreachable);
    outgoing_.erase(outgoing_.begin(), outgoing_.begin() + sent);
  }
  while (true) {
    const size_t had = incoming_.size();
    const size_t length = had < kLengthBytes ? 0 : incoming_[0] * 256u + incoming_[1];
    if (had >= kLengthBytes && had == kLengthBytes + length) {
      Arrival arrival = end_stream(ArrivalKind::kMessage);
      arrival.bytes = std::span(incoming_).subspan(kLengthBytes);
      return arrival;
    }
    incoming_.resize(kLengthBytes + length);
    const ssize_t got = ::recv(stream_.get(), &incoming_[had], incoming_.size() - had, 0);
    incoming_.resize(had + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got > 0) continue;
    if (got < 0 && is_passing(last_error())) return {};
    return end_stream(ArrivalKind::kUnreachable);
  }
}

}  // namespace tapstack::shim::names
