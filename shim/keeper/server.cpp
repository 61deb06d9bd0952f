#include "shim/keeper/server.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/message.h"
#include "shim/common/private_fds.h"
#include "shim/common/rendezvous.h"
#include "shim/common/sys.h"
#include "shim/engine/clock.h"

namespace tapstack::shim {
namespace {

// Without a client the keeper looks now and then whether a process that has no library still holds
// a socket.
constexpr int64_t kLookNs = 100'000'000;
// One a process. A bound, so that one client cannot take every descriptor by asking for channels.
constexpr size_t kClientsMax = 4096;

// A descriptor that came in a message may be anything.
bool is_message_channel(int fd) {
  int family = 0;
  int type = 0;
  return sys::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, family) && family == AF_UNIX &&
         sys::getsockopt(fd, SOL_SOCKET, SO_TYPE, type) && type == SOCK_SEQPACKET;
}

bool is_family(Family family) {
  return family == Family::kNone || family == Family::kIp4 || family == Family::kIp6;
}

// What a client that keeps to the protocol can send. kDrain is the keeper's own.
bool is_sane(const Request& request) {
  return request.op < Op::kDrain && is_family(request.endpoint.address.family());
}

// The handle that came beside a request takes the place of the number that it has with the client.
void put_handle(Request& request, int fd) {
  if (request.op == Op::kConnect) request.args[0] = fd;
  if (request.op == Op::kListen || request.op == Op::kShutdown) request.args[1] = fd;
}

}  // namespace

Server::~Server() {
  for (int channel : channels_) private_fds::close(channel);
}

void Server::add_client(int channel) {
  const bool is_welcome = is_message_channel(channel) && channels_.size() < kClientsMax;
  const int high = is_welcome ? private_fds::move_high(channel) : -EPERM;
  if (high < 0) {
    sys::close(channel);
  } else {
    channels_.push_back(high);
  }
}

void Server::run() {
  do {
    while (!channels_.empty() || holds_sockets()) serve_clients();
  } while (!drain());
  private_fds::close(rendezvous_);  // who comes now starts a keeper of his own
  rendezvous_ = -1;
}

// A process that ends closes its sockets before its channel, but the engine may not have looked.
bool Server::holds_sockets() {
  Request request;
  request.op = Op::kTakeHangUps;
  Reply reply;
  int fd = -1;
  engine_.call(request, reply, fd);
  return engine_.open_sockets() > 0;
}

void Server::serve_clients() {
  std::vector<pollfd> waiting;
  for (int channel : channels_) waiting.push_back({channel, POLLIN, 0});
  waiting.push_back({rendezvous_, POLLIN, 0});
  if (sys::poll(waiting.data(), waiting.size(), channels_.empty() ? kLookNs : -1) <= 0) return;
  for (const pollfd& client : waiting) {
    if (client.revents == 0) continue;
    if (client.fd == rendezvous_) {
      admit();
      continue;
    }
    if (serve_one(client.fd)) continue;
    std::erase(channels_, client.fd);
    private_fds::close(client.fd);
  }
}

void Server::admit() {
  const int channel = accept_joiner(rendezvous_);
  if (channel < 0) return;
  if (is_same_user(channel)) {
    add_client(channel);
  } else {
    sys::close(channel);
  }
}

bool Server::serve_one(int channel) {
  Request request;
  Reply reply;
  int fd_in = -1;
  int fd_out = -1;
  if (receive_request(channel, request, fd_in) != 0) return false;
  const bool is_new_client = request.op == Op::kHello && fd_in >= 0;
  bool is_good = is_sane(request) && (!is_new_client || is_message_channel(fd_in));
  if (is_good) {
    put_handle(request, fd_in);
    engine_.call(request, reply, fd_out);
    is_good = send_reply(is_new_client ? fd_in : channel, reply, fd_out) == 0 || is_new_client;
  }
  if (fd_out >= 0) sys::close(fd_out);
  if (is_new_client && is_good) {
    add_client(fd_in);
  } else if (fd_in >= 0) {
    sys::close(fd_in);
  }
  return is_good;
}

bool Server::drain() {
  Request request;
  request.op = Op::kDrain;
  Reply reply;
  int fd = -1;
  const Instant end = clock_now() + Duration::ms(drain_ms_);
  while (true) {
    engine_.call(request, reply, fd);
    if (reply.value != 0 || clock_now() >= end) return true;
    constexpr int64_t kPauseNs = 5'000'000;
    pollfd newcomers{rendezvous_, POLLIN, 0};
    if (sys::poll(&newcomers, 1, kPauseNs) > 0) admit();
    if (!channels_.empty()) return false;
  }
}

void refuse_client(int channel, const tapif::Failure& failure) {
  Request request;
  int fd = -1;
  while (receive_request(channel, request, fd) == 0) {
    if (fd >= 0) sys::close(fd);
    Reply reply;
    reply.error = failure.error;
    reply.payload_bytes =
        static_cast<uint16_t>(std::min(failure.message.size(), sizeof reply.payload));
    std::memcpy(reply.payload, failure.message.data(), reply.payload_bytes);
    if (send_reply(channel, reply, -1) != 0) return;
  }
}

}  // namespace tapstack::shim
