#include "transport/tcp/undo.h"

#include <algorithm>

namespace tapstack::transport::tcp {

void Undo::start(SeqNumber una) {
  *this = Undo{};
  una_ = una;
  is_active_ = true;
}

void Undo::on_resent(uint32_t segments, uint32_t tsval) {
  if (!is_active_) return;
  if (!has_resent_) first_tsval_ = tsval;
  has_resent_ = true;
  unreported_ += segments;
}

void Undo::on_duplicate_reported(const SeqRange& range, uint32_t segments, SeqNumber una) {
  const bool is_of_this = is_active_ && range.end.after(una_) && range.end.at_or_before(una);
  if (is_of_this) unreported_ -= std::min(unreported_, segments);
}

bool Undo::is_answer_to_original(std::optional<uint32_t> tsecr) const {
  if (!is_active_ || !has_resent_ || !tsecr || *tsecr == 0) return false;
  return static_cast<int32_t>(*tsecr - first_tsval_) < 0;
}

}  // namespace tapstack::transport::tcp
