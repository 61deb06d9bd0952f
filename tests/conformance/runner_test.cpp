// The runner itself: that it notices what it is there to notice.
#include "tests/conformance/runner.h"

#include <gtest/gtest.h>

#include "tests/conformance/text.h"

namespace tapstack::conformance {
namespace {

Outcome run_text(const std::string& text) { return run(parse_script("x.pkt", text)); }

std::string syntax_error_of(const std::string& text) {
  try {
    run_text(text);
  } catch (const SyntaxError& error) {
    return error.what();
  }
  return "none";
}

const std::string kEcho = "0 < icmp echo_request id 1 seq 1 (8)\n";

TEST(Runner, AcceptsWhatTheScriptExpects) {
  EXPECT_TRUE(run_text(kEcho + "+0 > icmp echo_reply id 1 seq 1 (8)\n").ok);
}

TEST(Runner, NoticesAPacketThatNoLineExpects) {
  const Outcome outcome = run_text(kEcho);
  EXPECT_FALSE(outcome.ok);
  EXPECT_EQ(outcome.failure.substr(0, 27), "x.pkt:1: unexpected packet ") << outcome.failure;
}

TEST(Runner, NoticesAPacketBetweenTwoLines) {
  EXPECT_FALSE(run_text(kEcho + "+1 quiet\n+0 > icmp echo_reply id 1 seq 1 (8)\n").ok);
}

TEST(Runner, NoticesAWrongField) {
  const Outcome outcome = run_text(kEcho + "+0 > icmp echo_reply id 1 seq 2 (8)\n");
  EXPECT_NE(outcome.failure.find("wrong packet: ICMP sequence number"), std::string::npos);
}

TEST(Runner, NoticesAWrongTime) {
  EXPECT_FALSE(run_text(kEcho + "+.000001 > icmp echo_reply id 1 seq 1 (8)\n").ok);
  EXPECT_TRUE(run_text(kEcho + "+0~+.1 > icmp echo_reply id 1 seq 1 (8)\n").ok);
}

TEST(Runner, NoticesThatNothingCame) {
  EXPECT_FALSE(run_text("0 quiet\n+5 > icmp echo_reply id 1 seq 1 (8)\n").ok);
}

TEST(Runner, NoticesAWrongResult) {
  EXPECT_FALSE(run_text("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 listen(3, 1) = 5\n").ok);
}

TEST(Runner, SaysWhereAScriptIsMalformed) {
  EXPECT_EQ(syntax_error_of("// c\n\n0 < S 0:1(0)\n"), "x.pkt:3: begin + (bytes) is not the end");
  EXPECT_EQ(syntax_error_of("0 < [ttl x] udp (1)\n"), "x.pkt:1: expected a number at 'x'");
  EXPECT_EQ(syntax_error_of("0 < S 0:0(0) <mss 1460,foo>\n").substr(0, 32),
            "x.pkt:1: expected a TCP option (");
  EXPECT_EQ(syntax_error_of("0 quiet\n+0 close(9) = 0\n"), "x.pkt:2: no descriptor 9");
  EXPECT_EQ(syntax_error_of("0 quiet\n+0 jump(9) = 0\n"), "x.pkt:2: unknown call 'jump'");
}

TEST(PacketCodec, DecodesWhatItEncodes) {
  for (const char* text : {"[src 10.10.10.2, dst 10.10.10.1, sport 1, dport 2] SP. 5:15(10) ack 9 "
                           "win 7 <mss 1460,sackOK,TS "
                           "val 1 ecr 2,nop,wscale 3>",
                           "[src 10.10.10.2, dst 10.10.10.1, sport 1, dport 2] . 5:5(0) ack 9 win "
                           "7 <nop,nop,sack 1:2 3:4>",
                           "[src 10.10.10.2, dst 10.10.10.1, sport 1, dport 2] udp (11)",
                           "[src 10.10.10.2, dst 10.10.10.1] icmp echo_reply id 1 seq 2 (9)",
                           "arp request who-has 10.10.10.1 tell 10.10.10.2"}) {
    Packet packet = parse_packet(text);
    packet.at.eth_src = kLocalMac;
    packet.at.eth_dst = kPeerMac;
    EXPECT_EQ(mismatch(packet, decode(encode(packet, 0))), "") << text;
  }
}

TEST(PacketCodec, ComplainsAboutAWrongChecksum) {
  Packet packet = parse_packet("[src 10.10.10.2, dst 10.10.10.1, bad_sum] . 5:5(0) ack 9");
  packet.at.eth_src = kLocalMac;
  EXPECT_EQ(decode(encode(packet, 0)).problem, "bad TCP checksum");
}

}  // namespace
}  // namespace tapstack::conformance
