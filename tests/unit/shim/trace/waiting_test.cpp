#include "shim/trace/waiting.h"

#include <gtest/gtest.h>

#include "tests/unit/shim/trace/shown.h"

namespace tapstack::shim::trace {
namespace {

TEST(TraceWaiting, APollSetIsDescriptorsWithWhatIsWaitedFor) {
  const pollfd fds[] = {{3, POLLIN, 0}, {4, POLLIN | POLLOUT, 0}, {-1, 0, 0}};
  EXPECT_EQ(shown_as(PollSet{fds, 3}), "[{3, POLLIN}, {4, POLLIN|POLLOUT}, {-1, 0}]");
  EXPECT_EQ(shown_as(PollSet{nullptr, 0}), "[]");
  EXPECT_EQ(shown_as(PollSet{nowhere<pollfd>(), 1}), "[?]");
}

TEST(TraceWaiting, WhatIsReadyStandsBehindTheResult) {
  const pollfd fds[] = {{3, POLLIN, 0}, {4, POLLIN, POLLIN | POLLHUP}, {5, POLLOUT, POLLOUT}};
  EXPECT_EQ(shown_behind(PollSet{fds, 3}, {2, 0}), " [{4, POLLIN|POLLHUP}, {5, POLLOUT}]");
  EXPECT_EQ(shown_behind(PollSet{fds, 3}, {0, 0}), "");
  EXPECT_EQ(shown_behind(PollSet{fds, 3}, kFailed), "");
}

TEST(TraceWaiting, ASetOfSelectIsAsItWasBeforeTheCall) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(3, &set);
  FD_SET(70, &set);
  const DescriptorSet before(&set, 71);
  FD_CLR(3, &set);
  EXPECT_EQ(shown_as(before), "[3, 70]");
  EXPECT_EQ(shown_behind(before, {1, 0}), " [70]");
  EXPECT_EQ(shown_behind(before, {0, 0}), "");
}

TEST(TraceWaiting, OnlyTheWordsThatSelectLooksAtAreRead) {
  const long words[2] = {1L << 5, -1L};
  const auto* set = reinterpret_cast<const fd_set*>(words);
  EXPECT_EQ(shown_as(DescriptorSet(set, 64)), "[5]");
}

TEST(TraceWaiting, ASetThatIsNotGivenIsNull) {
  EXPECT_EQ(shown_as(DescriptorSet(nullptr, 10)), "NULL");
  EXPECT_EQ(shown_behind(DescriptorSet(nullptr, 10), {1, 0}), "");
}

TEST(TraceWaiting, InterestIsFlags) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  EXPECT_EQ(shown_as(EpollInterest{&event}), "EPOLLIN|EPOLLET");
  EXPECT_EQ(shown_as(EpollInterest{nullptr}), "NULL");
}

TEST(TraceWaiting, EventsOfEpollHaveTheProgramsWord) {
  epoll_event events[3] = {};
  events[0].events = EPOLLIN;
  events[0].data.fd = 3;
  events[1].events = EPOLLOUT | EPOLLHUP;
  events[1].data.u64 = 0x7fff12345678;
  EXPECT_EQ(shown_as(EpollEvents{events}, {2, 0}),
            "[{EPOLLIN, 3}, {EPOLLOUT|EPOLLHUP, 0x7fff12345678}]");
  EXPECT_EQ(shown_as(EpollEvents{events}, {0, 0}), "[]");
  EXPECT_EQ(shown_as(EpollEvents{nowhere<epoll_event>()}, kFailed), "0x10");
}

TEST(TraceWaiting, TimesAreSecondsAndThoseOfSelectAreKept) {
  const timespec time{1, 500'000'000};
  EXPECT_EQ(shown_as(Seconds{&time}), "1.500000000");
  EXPECT_EQ(shown_as(Seconds{nullptr}), "NULL");
  timeval left{2, 250'000};
  const SecondsBefore before(&left);
  left = {0, 0};
  EXPECT_EQ(shown_as(before), "2.250000");
  EXPECT_EQ(shown_as(SecondsBefore(nullptr)), "NULL");
}

}  // namespace
}  // namespace tapstack::shim::trace
