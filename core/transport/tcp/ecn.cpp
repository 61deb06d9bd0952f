#include "transport/tcp/ecn.h"

namespace tapstack::transport::tcp {

bool Ecn::on_text(wire::EcnCodepoint codepoint, bool has_cwr) {
  if (!is_on_) return false;
  if (has_cwr) must_echo_ = false;
  const bool is_marked = codepoint == wire::EcnCodepoint::kCe;
  const bool is_first_mark = is_marked && !must_echo_;
  must_echo_ = must_echo_ || is_marked;
  return is_first_mark || has_cwr;
}

bool Ecn::on_echo(SeqNumber una, SeqNumber nxt) {
  if (!is_on_ || (has_reduced_ && una.at_or_before(reduced_for_))) return false;
  on_reduced(nxt);
  return true;
}

bool Ecn::take_cwr() {
  const bool is_due = is_cwr_due_;
  is_cwr_due_ = false;
  return is_due;
}

void Ecn::on_reduced(SeqNumber nxt) {
  if (!is_on_) return;
  reduced_for_ = nxt;
  has_reduced_ = true;
  is_cwr_due_ = true;
}

}  // namespace tapstack::transport::tcp
