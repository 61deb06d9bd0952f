// Which of what is outstanding is lost: asks Rack where the peer does SACK, DuplicateAcks
// otherwise, and marks it in SentLog. What follows from it is recovery_events'.
#pragma once

#include "transport/tcp/ack_facts.h"
#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

// What an ACK reports of deliveries, duplicates and reordering; before any of the next.
void tell_detectors(Work& w, const AckFacts& facts);

// RFC 8985 6.2: marks what is lost by now, and sets the timer for what may be soon. Returns the
// bytes newly marked, as all here.
uint32_t detect_by_time(Work& w);
// RFC 5681 3.2 and RFC 6582 3.2: the third duplicate and each partial ACK show one segment.
uint32_t detect_by_duplicates(Work& w, const AckFacts& facts);
// RFC 8985 6.3: after a time-out the first segment, and what is overdue.
void detect_on_timeout(Work& w);

// Bytes in the network: RFC 6675 4, SetPipe(); without SACK duplicates count.
uint32_t pipe_bytes(const Connection& c);

}  // namespace tapstack::transport::tcp
