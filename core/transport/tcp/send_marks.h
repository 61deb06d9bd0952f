// Places in the text that a program sends about which something is remembered until they are
// acknowledged: where a record ends (MSG_EOR). Marks come from one pool of all connections; an
// empty pool costs the mark, never the text.
#pragma once

#include <cstdint>
#include <optional>

#include "config.h"
#include "mem/pool.h"
#include "transport/tcp/index_list.h"
#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

struct SendMark {
  SeqNumber end;  // the octet behind the marked one
  bool ends_record = false;
  ListLink place;  // by sequence number
};

using SendMarkPool = mem::Pool<SendMark, kConfig.tcp_send_marks, struct SendMarkTag>;

class SendMarks {
 public:
  // The text queued so far ends at `end`, at or behind every other mark. A place that is marked
  // already is marked once. False: no mark was free.
  bool add_record_end(SendMarkPool& pool, SeqNumber end);
  // Marks before or at `una` are done with.
  void on_acked(SendMarkPool& pool, SeqNumber una);
  void clear(SendMarkPool& pool);

  // Text from `from` on may go in one segment up to there; none: no record ends behind `from`.
  std::optional<SeqNumber> record_end_after(const SendMarkPool& pool, SeqNumber from) const;
  // Where the record begins whose last octet is before `end`; `from` if that is later.
  SeqNumber record_begin_before(const SendMarkPool& pool, SeqNumber end, SeqNumber from) const;
  bool is_empty() const { return list_.is_empty(); }

 private:
  mem::Index mark(SendMarkPool& pool, SeqNumber end);

  IndexList list_;
};

}  // namespace tapstack::transport::tcp
