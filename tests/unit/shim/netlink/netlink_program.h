// A program with netlink sockets on an engine, as the hooks make its calls.
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <string>
#include <vector>

#include "shim/netlink/message.h"
#include "shim/netlink/writer.h"
#include "tapif/memory_pair.h"
#include "tests/unit/shim/engine/two_engines.h"

namespace tapstack::shim::test {

class NetlinkProgram : public ::testing::Test {
 protected:
  static constexpr int64_t kProcess = 4711;
  static constexpr uint32_t kSequence = 5;

  void SetUp() override {
    private_fds::prepare();
    tapif::DeviceInfo info;
    info.name = "ts0";
    info.mac = {{2, 0, 0, 0, 0, 1}};
    host_ = std::make_unique<Host>(tapif::make_null_device(info), uint8_t{1});
    socket_ = open();
  }

  test::Socket open(int protocol = NETLINK_ROUTE) {
    test::Socket socket;
    EXPECT_EQ(try_open(protocol, socket), 0);
    return socket;
  }
  int try_open(int protocol, test::Socket& socket) {
    Request request;
    request.op = Op::kOpen;
    request.args[0] = AF_NETLINK;
    request.args[1] = SOCK_RAW;
    request.args[2] = protocol;
    request.args[3] = kProcess;
    Reply reply;
    const int error = host_->ask(request, reply, socket.fd);
    socket.slot = reply.slot;
    return error;
  }
  NetlinkName name_of(const test::Socket& socket) {
    Reply reply;
    int fd = -1;
    EXPECT_EQ(host_->ask(Host::about(Op::kLocalEndpoint, socket), reply, fd), 0);
    NetlinkName name;
    std::memcpy(&name, reply.payload, sizeof name);
    return name;
  }

  // Sends one message: its header's type and flags, and what `fill` writes behind. The errno of the
  // send.
  template <class Fill>
  int send(uint16_t type, uint16_t flags, Fill fill, bool is_admin = true) {
    alignas(4) std::array<uint8_t, 8192> room{};
    netlink::Writer out(Bytes(room), {0, kSequence, 0});
    out.begin(type, static_cast<uint16_t>(flags | NLM_F_REQUEST));
    fill(out);
    EXPECT_TRUE(out.end());
    return send_bytes(out.written(), is_admin);
  }
  int send_bytes(ConstBytes bytes, bool is_admin = true) {
    DatagramHeader header;
    if (is_admin) header.flags |= DatagramHeader::kIsAdmin;
    std::string text(sizeof header + bytes.size(), ' ');
    std::memcpy(text.data(), &header, sizeof header);
    std::memcpy(text.data() + sizeof header, bytes.data(), bytes.size());
    EXPECT_EQ(::send(socket_.fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return host_->ask(Op::kFlush, socket_);
  }

  // What has come in the next datagram; empty: nothing. The messages stay until the next call.
  std::vector<netlink::Message> receive(const test::Socket& socket,
                                        DatagramHeader* header_out = nullptr) {
    received_.resize(80'000);
    const long got = ::recv(socket.fd, received_.data(), received_.size(), MSG_DONTWAIT);
    DatagramHeader header;
    if (got < static_cast<long>(sizeof header)) return {};
    std::memcpy(&header, received_.data(), sizeof header);
    if (header_out != nullptr) *header_out = header;
    ConstBytes rest = ConstBytes(received_).first(static_cast<size_t>(got)).subspan(sizeof header);
    std::vector<netlink::Message> messages;
    while (const auto message = netlink::take_message(rest)) messages.push_back(*message);
    return messages;
  }
  // The errno of the acknowledgement that has come; -1: that is not what came.
  int acknowledged() {
    const auto messages = receive(socket_);
    if (messages.size() != 1 || messages[0].header.nlmsg_type != NLMSG_ERROR) return -1;
    return -messages[0].fixed<nlmsgerr>().error;
  }

  std::unique_ptr<Host> host_;
  test::Socket socket_;

 private:
  std::vector<uint8_t> received_;
};

}  // namespace tapstack::shim::test
