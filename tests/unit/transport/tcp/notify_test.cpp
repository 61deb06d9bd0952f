#include "transport/tcp/notify.h"

#include <gtest/gtest.h>

#include <memory>

#include "pair.h"
#include "transport/tcp/lifecycle.h"

namespace tapstack::transport::tcp {
namespace {

class Notify : public ::testing::Test {
 protected:
  Notify() : ctx(host->at(Instant())), w(work_on(t(), ctx, create(t(), {}, route(), {}))) {}
  Tables& t() { return host->tcp.tables(); }
  static net::Route route(uint8_t interface = 2) {
    net::Route r;
    r.interface = InterfaceId{interface};
    return r;
  }
  std::unique_ptr<Host> host = std::make_unique<Host>(uint8_t{1}, false);
  Context ctx;
  Work w;
};

TEST_F(Notify, EventsGatherUntilTheyAreTaken) {
  w.c.owner = {7};
  raise(w, Event::kConnected);
  raise(w, Event::kReadable);
  ConnectionEvents e;
  ASSERT_TRUE(host->tcp.next_event(e));
  EXPECT_EQ(e.owner.value, 7u);
  EXPECT_TRUE(e.events.has(Event::kConnected) && e.events.has(Event::kReadable));
  EXPECT_FALSE(host->tcp.next_event(e));
}

TEST_F(Notify, WithoutAnOwnerNothingIsQueued) {
  raise(w, Event::kReadable);
  ConnectionEvents e;
  EXPECT_FALSE(host->tcp.next_event(e));
}

TEST_F(Notify, OutputIsMarkedOnceOnItsInterface) {
  mark_output(w);
  mark_output(w);
  EXPECT_EQ(t().output[2].count, 1u);
  w.c.route = route(1);  // until it is unmarked it stays where it was
  unmark_output(w);
  EXPECT_EQ(t().output[2].count, 0u);
  mark_output(w);
  EXPECT_EQ(t().output[1].count, 1u);
}

TEST_F(Notify, TheEarliestDeadlineIsArmed) {
  w.c.deadlines.set(Deadline::kKeepAlive, Instant::from_us(500));
  w.c.deadlines.set(Deadline::kRetransmit, Instant::from_us(300));
  arm(w);
  EXPECT_EQ(host->timers.next_deadline(), Instant::from_us(300));
  w.c.deadlines.clear_all();
  arm(w);
  EXPECT_TRUE(host->timers.next_deadline().is_never());
}

}  // namespace
}  // namespace tapstack::transport::tcp
