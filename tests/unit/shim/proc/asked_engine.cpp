#include "tests/unit/shim/proc/asked_engine.h"

#include <linux/rtnetlink.h>

#include "shim/hooks/ask.h"
#include "shim/proc/netlink_dump.h"
#include "tapif/memory_pair.h"

namespace tapstack::shim {
namespace {

test::Host* asked = nullptr;

}  // namespace

namespace test {

AskedEngine::AskedEngine() {
  private_fds::prepare();
  tapif::DeviceInfo info;
  info.name = "ts0";
  info.mac = {{2, 0, 0, 0, 0, 1}};
  host_ = std::make_unique<Host>(tapif::make_null_device(info), uint8_t{1});
  asked = host_.get();
}

AskedEngine::~AskedEngine() { asked = nullptr; }

}  // namespace test

namespace ask {

int call(const Request& request, Reply& reply, int* fd) {
  int fd_out = -1;
  const int error = asked->ask(request, reply, fd_out);
  if (fd != nullptr) *fd = fd_out;
  return error;
}

Request about(Op op, SlotId id) {
  Request request;
  request.op = op;
  request.slot = id;
  return request;
}

int interface(int n, InterfaceRecord& record) {
  Request request = about(Op::kInterface, SlotId{});
  request.args[0] = n;
  Reply reply;
  const int error = call(request, reply);
  if (error == 0) std::memcpy(static_cast<void*>(&record), reply.payload, sizeof record);
  return error;
}

// devices.cpp has more than the files ask for.
int get_option(SlotId, Option, int64_t&) { return ENOPROTOOPT; }
int set_option(SlotId, Option, int64_t) { return ENOPROTOOPT; }

}  // namespace ask

namespace proc {

NetlinkDump::NetlinkDump(uint16_t type, uint8_t family)
    : NetlinkDump(NETLINK_ROUTE, type, ConstBytes(std::array<uint8_t, sizeof(rtmsg)>{family})) {}

NetlinkDump::NetlinkDump(int protocol, uint16_t type, ConstBytes request) {
  Request open = ask::about(Op::kOpen, SlotId{});
  open.args[0] = AF_NETLINK;
  open.args[1] = SOCK_RAW;
  open.args[2] = protocol;
  Reply reply;
  EXPECT_EQ(ask::call(open, reply, &fd_), 0);
  const DatagramHeader to;
  nlmsghdr head{};
  head.nlmsg_len = static_cast<uint32_t>(sizeof head + request.size());
  head.nlmsg_type = type;
  head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  std::string message(reinterpret_cast<const char*>(&to), sizeof to);
  message.append(reinterpret_cast<const char*>(&head), sizeof head);
  message.append(reinterpret_cast<const char*>(request.data()), request.size());
  EXPECT_EQ(::send(fd_, message.data(), message.size(), 0), static_cast<ssize_t>(message.size()));
  error_ = ask::call(ask::about(Op::kFlush, reply.slot), reply);
}

NetlinkDump::~NetlinkDump() { ::close(fd_); }

bool NetlinkDump::next(netlink::Message& out) {
  while (error_ == 0) {
    const std::optional<netlink::Message> message = netlink::take_message(rest_);
    if (message && message->header.nlmsg_type == NLMSG_DONE) return false;
    if (message) {
      out = *message;
      return true;
    }
    const long got = ::recv(fd_, buffer_, sizeof buffer_, 0);
    EXPECT_GT(got, static_cast<long>(sizeof(DatagramHeader)));
    if (got <= static_cast<long>(sizeof(DatagramHeader))) return false;
    rest_ = ConstBytes(buffer_, static_cast<size_t>(got)).subspan(sizeof(DatagramHeader));
  }
  return false;
}

}  // namespace proc
}  // namespace tapstack::shim
