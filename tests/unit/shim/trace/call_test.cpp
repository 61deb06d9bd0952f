#include "shim/trace/call.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "shim/trace/arguments.h"

namespace tapstack::shim::trace {
namespace {

class TraceCall : public ::testing::Test {
 protected:
  void SetUp() override { set_log_level(LogLevel::kTrace); }
  void TearDown() override {
    set_log_level(LogLevel::kError);
    set_timed(false);
  }

  // What a call writes.
  template <class Call>
  static std::string said(Call call) {
    ::testing::internal::CaptureStderr();
    call();
    return ::testing::internal::GetCapturedStderr();
  }

  static std::string line(const std::string& text) {
    return "tapstack: " + std::to_string(::gettid()) + " " + text + "\n";
  }
};

int fail_with(int error) {
  errno = error;
  return -1;
}

TEST_F(TraceCall, ALineHasThreadNameArgumentsAndResult) {
  EXPECT_EQ(said([] {
              traced(
                  "listen", Always{}, [] { return 0; }, 3, size_t{128}, Named{kFamilies, AF_INET},
                  SocketType{SOCK_DGRAM | SOCK_CLOEXEC});
            }),
            line("listen(3, 128, AF_INET, SOCK_DGRAM|SOCK_CLOEXEC) = 0"));
}

TEST_F(TraceCall, AFailureIsNamedAndTheErrorValueStays) {
  int result = 0;
  EXPECT_EQ(said([&] {
              result = traced(
                  "connect", Always{}, [] { return fail_with(EINPROGRESS); }, 3);
            }),
            line("connect(3) = -1 EINPROGRESS"));
  EXPECT_EQ(result, -1);
  EXPECT_EQ(errno, EINPROGRESS);
}

TEST_F(TraceCall, WithoutTheTraceTheCallIsMadeAndNothingIsSaid) {
  set_log_level(LogLevel::kDebug);
  int result = 0;
  bool was_asked = false;
  const auto is_shown = [&] { return was_asked = true; };
  EXPECT_EQ(said([&] { result = traced("dup", is_shown, [] { return 7; }); }), "");
  EXPECT_EQ(result, 7);
  EXPECT_FALSE(was_asked);
}

TEST_F(TraceCall, WhatIsNotOursIsMadeAndNotShown) {
  int result = 0;
  EXPECT_EQ(said([&] {
              result = traced(
                  "dup", [] { return false; }, [] { return 7; });
            }),
            "");
  EXPECT_EQ(result, 7);
}

TEST_F(TraceCall, WhetherItIsOursIsAskedBeforeTheCall) {
  bool is_open = true;
  const auto close = [&] {
    is_open = false;
    return 0;
  };
  EXPECT_EQ(said([&] {
              traced(
                  "close", [&] { return is_open; }, close, 3);
            }),
            line("close(3) = 0"));
}

TEST_F(TraceCall, CallsOfAHookThatIsMadeOfOthersAreNotShown) {
  const auto inner = [] { return traced("socket", Always{}, [] { return 3; }); };
  const auto outer = [&] {
    const Silent silent;
    return inner();
  };
  EXPECT_EQ(said([&] { traced("getaddrinfo", Always{}, outer); }), line("getaddrinfo() = 3"));
  EXPECT_EQ(said([&] { inner(); }), line("socket() = 3"));
}

TEST_F(TraceCall, TheTimeStandsInSecondsAtTheEnd) {
  set_timed(true);
  const std::string text = said([] { traced("poll", Always{}, [] { return 0; }); });
  const std::string begin = line("poll() = 0 <0.");
  ASSERT_EQ(text.substr(0, begin.size() - 1), begin.substr(0, begin.size() - 1));
  const std::string digits = text.substr(begin.size() - 1);
  EXPECT_EQ(digits.size(), 8u) << text;  // six, ">" and the end of the line
  EXPECT_EQ(digits.find_first_not_of("0123456789"), 6u) << text;
  EXPECT_TRUE(digits.ends_with(">\n")) << text;
}

}  // namespace
}  // namespace tapstack::shim::trace
