#include "shim/client/keeper_carrier.h"

#include <sys/time.h>

#include <cerrno>
#include <cstring>

#include "shim/client/keeper_start.h"
#include "shim/common/log.h"
#include "shim/common/message.h"
#include "shim/common/private_fds.h"
#include "shim/common/quiet.h"

namespace tapstack::shim {
namespace {

// A pair of message channels: fds[0] private to this process, fds[1] for the keeper. 0 or an errno.
int make_channel(int fds[2]) {
  const int result = sys::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, fds);
  if (result < 0) return -result;
  const int high = private_fds::move_high(fds[0]);
  if (high < 0) {
    sys::close(fds[0]);
    sys::close(fds[1]);
    return -high;
  }
  fds[0] = high;
  return 0;
}

// Whom a program joins may be stopped, or about to leave.
constexpr time_t kJoinPatienceS = 5;

void set_patience(int channel, time_t seconds) {
  const timeval patience{seconds, 0};
  sys::call(SYS_setsockopt, channel, SOL_SOCKET, SO_RCVTIMEO, sys::pointer(&patience),
            sizeof patience);
}

Request greeting(int handle) {
  Request request;
  request.op = Op::kHello;
  request.args[0] = kProtocolVersion;
  request.args[1] = handle >= 0;
  return request;
}

// The program's handle that the engine needs for this request, or -1.
int64_t handle_in(const Request& request) {
  if (request.op == Op::kConnect) return request.args[0];
  return request.op == Op::kListen || request.op == Op::kShutdown ? request.args[1] : -1;
}

}  // namespace

KeeperCarrier::Started KeeperCarrier::start(const KeeperLaunch& launch) {
  int fds[2];
  if (const int error = make_channel(fds)) {
    return {nullptr,
            {error, std::string("no descriptors for the keeper: ") + std::strerror(error)}};
  }
  std::unique_ptr<KeeperCarrier> carrier(new KeeperCarrier(fds[0]));
  tapif::Failure failure = start_keeper(launch, fds[1]);
  sys::close(fds[1]);
  if (!failure) failure = carrier->greet(-1);
  if (failure) carrier.reset();
  return {std::move(carrier), std::move(failure)};
}

KeeperCarrier::Started KeeperCarrier::over(int channel, int handle) {
  std::unique_ptr<KeeperCarrier> carrier(new KeeperCarrier(channel));
  set_patience(channel, kJoinPatienceS);
  tapif::Failure failure = carrier->greet(handle);
  set_patience(channel, 0);
  if (failure) carrier.reset();
  return {std::move(carrier), std::move(failure)};
}

KeeperCarrier::~KeeperCarrier() { private_fds::close(channel_); }

tapif::Failure KeeperCarrier::greet(int handle) {
  Reply reply;
  int fd = -1;
  const int error = ask(greeting(handle), handle, reply, fd);
  if (error != 0) {
    return {error, std::string("the keeper ended at its start: ") + std::strerror(error)};
  }
  if (reply.error != 0) {
    return {reply.error, {reinterpret_cast<const char*>(reply.payload), reply.payload_bytes}};
  }
  HelloRecord record;
  if (reply.payload_bytes != sizeof record) return {EPROTO, "the keeper is of another version"};
  std::memcpy(&record, reply.payload, sizeof record);
  if (record.version != kProtocolVersion) return {EPROTO, "the keeper is of another version"};
  std::memcpy(token_.bytes.data(), record.token, sizeof record.token);
  return {};
}

// The channel is shared with the process that forked: its answers would get mixed up with ours.
int KeeperCarrier::split_off() {
  int fds[2];
  if (const int error = make_channel(fds)) return error;
  Request request;
  request.op = Op::kHello;
  request.args[0] = kProtocolVersion;
  Reply reply;
  int fd = -1;
  int error = send_request(channel_, request, fds[1]);
  sys::close(fds[1]);
  if (error == 0) error = receive_reply(fds[0], reply, fd);
  if (error != 0) {
    private_fds::close(fds[0]);
    return error;
  }
  private_fds::close(channel_);
  channel_ = fds[0];
  is_inherited_ = false;
  return 0;
}

int KeeperCarrier::ask(const Request& request, int fd, Reply& reply, int& fd_out) {
  const int error = send_request(channel_, request, fd);
  return error != 0 ? error : receive_reply(channel_, reply, fd_out);
}

// Shows the keeper of another user that this process has a handle of the socket.
bool KeeperCarrier::prove(SlotId slot) {
  const int handle = find_handle(slot);
  Reply reply;
  int fd = -1;
  return handle >= 0 && ask(greeting(handle), handle, reply, fd) == 0 && reply.error == 0;
}

void KeeperCarrier::call(const Request& request, Reply& reply, int& fd_out) {
  const Quiet quiet;
  lock();
  fd_out = -1;
  int error = is_inherited_ ? split_off() : 0;
  const auto handle = static_cast<int>(handle_in(request));
  if (error == 0) error = ask(request, handle, reply, fd_out);
  if (error == 0 && reply.error == kProve) {
    reply.error = EBADF;
    if (prove(request.slot)) error = ask(request, handle, reply, fd_out);
  }
  unlock();
  if (error == 0) return;
  reply.error = error;
  if (error == EPIPE || error == ECONNRESET) on_keeper_gone(reply);
}

// Nothing of it can come back: its sockets went with it.
void KeeperCarrier::on_keeper_gone(Reply& reply) {
  reply.error = ENETDOWN;
  if (has_complained_.exchange(true)) return;
  log(LogLevel::kError,
      "the keeper has ended (was it killed?) and its connections with it; sockets answer ENETDOWN");
}

void KeeperCarrier::lock() { pthread_mutex_lock(&mutex_); }

void KeeperCarrier::unlock() { pthread_mutex_unlock(&mutex_); }

void KeeperCarrier::on_forked_child() { is_inherited_ = true; }

}  // namespace tapstack::shim
