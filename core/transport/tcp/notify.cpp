#include "transport/tcp/notify.h"

#include "transport/tcp/send_room.h"

namespace tapstack::transport::tcp {

void raise(Work& w, Event event) {
  w.c.events.add(event);
  if (w.c.owner.is_none() || w.c.event_link.is_linked) return;
  push_back<&Connection::event_link>(w.tables.connections, w.tables.connection_events, w.index);
}

void raise(Tables& t, mem::Index listener, Event event) {
  Listener& l = t.listeners.at(listener);
  l.events.add(event);
  if (l.owner.is_none() || l.event_link.is_linked) return;
  push_back<&Listener::event_link>(t.listeners, t.listener_events, listener);
}

void tell_of_room(Work& w) {
  if (!w.c.send_blocked || !has_worthwhile_room(w.c)) return;
  w.c.send_blocked = false;
  raise(w, Event::kWritable);
}

void mark_output(Work& w) {
  if (w.c.output_link.is_linked) return;
  w.c.output_list = w.c.route.interface;
  push_back<&Connection::output_link>(w.tables.connections, w.tables.output[w.c.output_list.value],
                                      w.index);
}

void unmark_output(Work& w) {
  remove<&Connection::output_link>(w.tables.connections, w.tables.output[w.c.output_list.value],
                                   w.index);
}

void arm(Work& w) {
  if (w.is_gone) return;
  const timer::TimerId id = timer::make(timer::TimerKind::kTcpConnection, w.index);
  const Instant at = w.c.deadlines.earliest();
  if (w.ctx.timers.deadline(id) != at) w.ctx.timers.arm(id, at);
}

}  // namespace tapstack::transport::tcp
