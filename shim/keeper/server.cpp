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

int Server::add_client(int channel) {
  const bool is_welcome = is_message_channel(channel) && channels_.size() < kClientsMax;
  const int high = is_welcome ? private_fds::move_high(channel) : -EPERM;
  if (high < 0) {
    sys::close(channel);
    return -1;
  }
  channels_.push_back(high);
  return high;
}

void Server::drop(int channel) {
  strangers_.drop(channel);
  std::erase(channels_, channel);
  private_fds::close(channel);
}

bool Server::has_clients() const { return channels_.size() > strangers_.unproven(); }

void Server::run() {
  do {
    while (has_clients() || holds_sockets()) serve_clients();
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
  if (sys::poll(waiting.data(), waiting.size(), has_clients() ? -1 : kLookNs) <= 0) return;
  for (const pollfd& client : waiting) {
    if (client.revents == 0) continue;
    if (client.fd == rendezvous_) {
      admit();
      continue;
    }
    if (!serve_one(client.fd)) drop(client.fd);
  }
}

void Server::admit() {
  const int channel = accept_joiner(rendezvous_);
  if (channel < 0) return;
  const bool is_known = is_same_user(channel);
  const int added = add_client(channel);
  if (added >= 0 && !is_known && !strangers_.admit(added)) drop(added);
}

bool Server::answer_stranger(int channel, const Request& request, int fd_in, bool& is_good) {
  if (!strangers_.has(channel)) return false;
  const bool is_proof = request.op == Op::kHello && request.args[1] != 0;
  if (is_proof) {
    is_good = fd_in >= 0 && strangers_.take_proof(channel, fd_in, engine_.token());
    return !is_good;
  }
  is_good = strangers_.has_proof(channel);
  if (!is_good) return true;
  if (strangers_.may_ask(channel, request)) return false;
  Reply reply;
  reply.error = kProve;
  is_good = send_reply(channel, reply, -1) == 0;
  return true;
}

bool Server::serve_one(int channel) {
  Request request;
  int fd_in = -1;
  if (receive_request(channel, request, fd_in) != 0) return false;
  const bool is_new_client = request.op == Op::kHello && fd_in >= 0 && request.args[1] == 0;
  bool is_good = is_sane(request) && (!is_new_client || is_message_channel(fd_in));
  if (is_good && !answer_stranger(channel, request, fd_in, is_good)) {
    put_handle(request, fd_in);
    is_good = serve(request, channel, is_new_client ? fd_in : channel) || is_new_client;
  }
  if (!is_new_client || !is_good) {
    if (fd_in >= 0) sys::close(fd_in);
    return is_good;
  }
  const int added = add_client(fd_in);
  if (added >= 0 && strangers_.has(channel)) strangers_.inherit(channel, added);
  return true;
}

bool Server::serve(const Request& request, int channel, int answer_to) {
  Reply reply;
  int fd_out = -1;
  engine_.call(request, reply, fd_out);
  if (fd_out >= 0 && strangers_.has(channel)) strangers_.grant(channel, reply.slot);
  const bool is_sent = send_reply(answer_to, reply, fd_out) == 0;
  if (fd_out >= 0) sys::close(fd_out);
  return is_sent;
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
    if (has_clients()) return false;
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
