// What programs write to netlink sockets: requests of each protocol, nearly right or not at all.
// What comes back is whole messages, every socket goes on answering, and a dump ends.
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "shim/common/private_fds.h"
#include "shim/engine/engine.h"
#include "shim/netlink/message.h"
#include "shim/netlink/writer.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/null_engine.h"

using namespace tapstack;
using namespace tapstack::shim;

namespace {

constexpr size_t kStepsMax = 48;
constexpr int kReadsMax = 4096;  // datagrams of one dump

struct Protocol {
  int number;
  uint16_t first_type;  // of its requests
  uint16_t types;
};
constexpr Protocol kProtocols[] = {
    {NETLINK_ROUTE, RTM_BASE, RTM_MAX - RTM_BASE + 2},
    {NETLINK_SOCK_DIAG, TCPDIAG_GETSOCK, SOCK_DESTROY - TCPDIAG_GETSOCK + 2},
    {NETLINK_GENERIC, 0x10, 2},
};

class Session {
 public:
  Session(const uint8_t* data, size_t size) : input_(data, size) {
    for (size_t n = 0; n < std::size(kProtocols); ++n) open(n);
  }
  ~Session() {
    for (const Socket& socket : sockets_) ::close(socket.fd);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run() {
    for (size_t n = 0; n < kStepsMax && !input_.is_empty(); ++n) step();
    for (size_t n = 0; n < std::size(kProtocols); ++n) expect_answer(n);
  }

 private:
  struct Socket {
    int fd = -1;
    SlotId slot;
  };

  void open(size_t n) {
    Request request{};
    request.op = Op::kOpen;
    request.args[0] = AF_NETLINK;
    request.args[1] = SOCK_RAW;
    request.args[2] = kProtocols[n].number;
    request.args[3] = 1000 + static_cast<int>(n);
    Reply reply;
    engine_->call(request, reply, sockets_[n].fd);
    expect(reply.error == 0, "a socket does not open");
    sockets_[n].slot = reply.slot;
  }

  void write(const Socket& socket, ConstBytes messages, bool is_admin) {
    DatagramHeader header;
    if (is_admin) header.flags |= DatagramHeader::kIsAdmin;
    std::string datagram(reinterpret_cast<const char*>(&header), sizeof header);
    datagram.append(reinterpret_cast<const char*>(messages.data()), messages.size());
    ::send(socket.fd, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    Request request{};
    request.op = Op::kFlush;
    request.slot = socket.slot;
    Reply reply;
    int fd = -1;
    engine_->call(request, reply, fd);
  }

  // The next datagram, each message in it whole; false: there is none.
  bool read(const Socket& socket) {
    const long got = ::recv(socket.fd, answer_.data(), answer_.size(), MSG_DONTWAIT);
    if (got < static_cast<long>(sizeof(DatagramHeader))) return false;
    ConstBytes rest = ConstBytes(answer_).first(static_cast<size_t>(got));
    rest = rest.subspan(sizeof(DatagramHeader));
    while (const auto message = netlink::take_message(rest)) {
      last_sequence_ = message->header.nlmsg_seq;
    }
    expect(rest.empty(), "an answer ends within a message");
    return true;
  }
  void drain(const Socket& socket) {
    int count = 0;
    while (read(socket)) {
      expect(++count < kReadsMax, "a dump does not end");
      Request request{};  // goes on with the dump
      request.op = Op::kFlush;
      request.slot = socket.slot;
      Reply reply;
      int fd = -1;
      engine_->call(request, reply, fd);
    }
  }

  // Whatever was sent before, a request is answered.
  void expect_answer(size_t n) {
    const Socket& socket = sockets_[n];
    drain(socket);
    constexpr uint32_t kSequence = 0x5eed;
    alignas(4) std::array<uint8_t, 64> room{};
    netlink::Writer out(Bytes(room), {0, kSequence, 0});
    out.begin(NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK);
    expect(out.end(), "a header does not fit");
    write(socket, out.written(), false);
    drain(socket);
    expect(last_sequence_ == kSequence, "a socket does not answer any more");
  }

  void add_attributes(netlink::Writer& out, int depth) {
    for (int n = input_.u8() % 6; n > 0; --n) {
      const auto type = static_cast<uint16_t>(input_.u8() % 40);
      if (depth < 2 && input_.u8() % 4 == 0) {
        const size_t nest = out.begin_nest(type);
        add_attributes(out, depth + 1);
        out.end_nest(nest);
      } else {
        out.attribute(type, input_.bytes(input_.u8() % 24));
      }
    }
  }

  void add_message(netlink::Writer& out, const Protocol& protocol) {
    const auto type = static_cast<uint16_t>(protocol.first_type + input_.u8() % protocol.types);
    constexpr uint16_t kFlags[] = {
        0, NLM_F_DUMP, NLM_F_ACK, NLM_F_CREATE | NLM_F_EXCL, NLM_F_REPLACE, NLM_F_ROOT};
    out.begin(type, static_cast<uint16_t>(NLM_F_REQUEST | kFlags[input_.u8() % std::size(kFlags)]));
    // The header of a protocol begins with its family.
    constexpr uint8_t kFamilies[] = {AF_UNSPEC, AF_INET, AF_INET6, AF_PACKET, AF_NETLINK, 77};
    std::array<uint8_t, 72> header{kFamilies[input_.u8() % std::size(kFamilies)]};
    const auto octets = input_.bytes(input_.u8() % (header.size() - 1));
    std::ranges::copy(octets, header.begin() + 1);
    out.padded(ConstBytes(header).first(1 + octets.size()));
    add_attributes(out, 0);
    if (!out.end()) out.abandon();
  }

  void step() {
    const size_t n = input_.u8() % std::size(kProtocols);
    alignas(4) std::array<uint8_t, 4096> room{};
    netlink::Writer out(Bytes(room), {0, input_.u8(), 0});
    for (int messages = 1 + input_.u8() % 3; messages > 0; --messages) {
      add_message(out, kProtocols[n]);
    }
    Bytes written = Bytes(room).first(out.written().size());
    // A length or anything else is another than it should be.
    for (int spoilt = input_.u8() % 4; spoilt > 0 && !written.empty(); --spoilt) {
      written[input_.u16() % written.size()] = input_.u8();
    }
    if (input_.u8() % 8 == 0) written = written.first(written.size() / 2);
    write(sockets_[n], written, input_.u8() % 2 == 1);
    if (input_.u8() % 2 == 1) drain(sockets_[n]);
  }

  fuzz::Input input_;
  std::unique_ptr<Engine> engine_ = make_engine();
  std::array<Socket, std::size(kProtocols)> sockets_{};
  std::array<uint8_t, 80'000> answer_;
  uint32_t last_sequence_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  private_fds::prepare();
  auto session = std::make_unique<Session>(data, size);
  session->run();
  return 0;
}
