// Places in the text that a program sends about which something is remembered until they are
// acknowledged: where a record ends (MSG_EOR), and whose fate the program wants to hear of
// (SO_TIMESTAMPING, MSG_ZEROCOPY). Marks come from one pool of all connections, and what there is
// to tell waits in them too; an empty pool costs the mark, never the text.
#pragma once

#include <cstdint>
#include <optional>

#include "config.h"
#include "mem/pool.h"
#include "transport/tcp/index_list.h"
#include "transport/tcp/send_report.h"
#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

struct SendMark {
  SeqNumber end;  // the octet behind the marked one
  bool ends_record = false;
  uint8_t reports = 0;  // SendReport: wanted of a place, told of a report
  Instant at;           // of a report
  ListLink place;       // by sequence number; of a report: in the order in which they came
};

using SendMarkPool = mem::Pool<SendMark, kConfig.tcp_send_marks, struct SendMarkTag>;

class SendMarks {
 public:
  // The text queued so far ends at `end`, at or behind every other mark. A place that is marked
  // already is marked once. False: no mark was free.
  bool add_record_end(SendMarkPool& pool, SeqNumber end);
  // `reports` of SendReport are wanted of the last octet before `end`.
  bool add_reports(SendMarkPool& pool, SeqNumber end, uint8_t reports);
  // Text of `range` goes out for the first time. True: there is something to tell.
  bool on_sent(SendMarkPool& pool, const SeqRange& range, Instant now);
  // Marks before or at `una` are done with. True: there is something to tell.
  bool on_acked(SendMarkPool& pool, SeqNumber una, Instant now);
  void clear(SendMarkPool& pool);

  // Text from `from` on may go in one segment up to there; none: no record ends behind `from`.
  std::optional<SeqNumber> record_end_after(const SendMarkPool& pool, SeqNumber from) const;
  // Where the record begins whose last octet is before `end`; `from` if that is later.
  SeqNumber record_begin_before(const SendMarkPool& pool, SeqNumber end, SeqNumber from) const;
  bool is_empty() const { return places_.is_empty(); }

  bool has_report() const { return !told_.is_empty(); }
  // The oldest, whose octet counts from `text_begin`; none: nothing to tell.
  std::optional<SendReport> take_report(SendMarkPool& pool, SeqNumber text_begin);

 private:
  mem::Index allocate(SendMarkPool& pool);
  mem::Index mark(SendMarkPool& pool, SeqNumber end);
  void tell(SendMarkPool& pool, const SendMark& of, uint8_t what, Instant now);

  IndexList places_;
  IndexList told_;
};

}  // namespace tapstack::transport::tcp
