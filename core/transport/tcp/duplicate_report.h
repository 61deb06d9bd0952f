// D-SACK (RFC 2883): what arrived twice is reported once, as the first SACK block of the next
// segment, so that the peer can tell a retransmission that was not needed from one that was.
#pragma once

#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

class DuplicateReport {
 public:
  // [range), not empty, arrived although it was here already. What touches a report not yet sent
  // makes it longer; otherwise the older one gives way.
  void on_duplicate(const SeqRange& range) {
    range_ = is_due() && range_.touches(range)
                 ? SeqRange{earlier(range_.begin, range.begin), later(range_.end, range.end)}
                 : range;
  }
  // A segment that carried it has gone out.
  void on_reported() { range_ = SeqRange{}; }

  bool is_due() const { return !range_.is_empty(); }
  const SeqRange& range() const { return range_; }

 private:
  SeqRange range_;
};

}  // namespace tapstack::transport::tcp
