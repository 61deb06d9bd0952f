#include "transport/tcp/sender.h"

#include <algorithm>

namespace tapstack::transport::tcp {

void Sender::start(SeqNumber iss) {
  v_ = SendVariables{};
  v_.iss = v_.una = v_.nxt = iss;
}

void Sender::on_syn_sent() {
  if (v_.nxt == v_.iss) v_.nxt = v_.iss + 1;
}

void Sender::start_window(SeqNumber seq, SeqNumber ack, uint32_t wnd_bytes) {
  v_.wl1 = seq;
  v_.wl2 = ack;
  v_.wnd_bytes = wnd_bytes;
  v_.max_wnd_bytes = std::max(v_.max_wnd_bytes, wnd_bytes);
}

bool Sender::queue_copy(mem::PacketMemory& memory, mem::ConstBytes bytes) {
  return memory.append_copy(unsent_, bytes, mem::Priority::kData);
}

void Sender::queue_chain(mem::PacketMemory& memory, mem::Chain& bytes) {
  memory.append_chain(unsent_, bytes);
}

void Sender::mark_urgent() {
  v_.up = queue_end();
  v_.has_urgent = true;
}

bool Sender::take_new(mem::PacketMemory& memory, uint32_t n, bool fin, mem::Chain& payload) {
  TAPSTACK_ASSERT(n <= unsent_.length && !(fin && v_.fin_sent));
  if (n > 0) {
    mem::Chain piece;
    if (!memory.chain_split_front(unsent_, n, piece)) return false;
    if (!memory.share(piece, 0, n, payload, mem::Priority::kControl)) {
      memory.append_chain(piece, unsent_);
      unsent_ = piece;
      return false;
    }
    memory.append_chain(sent_, piece);
  }
  v_.nxt = v_.nxt + n + (fin ? 1 : 0);
  v_.sent_bytes += n;
  v_.fin_sent = v_.fin_sent || fin;
  return true;
}

bool Sender::share_unsent(mem::PacketMemory& memory, uint32_t n, mem::Chain& payload) {
  TAPSTACK_ASSERT(n <= unsent_.length);
  return n == 0 || memory.share(unsent_, 0, n, payload, mem::Priority::kControl);
}

void Sender::on_syn_text_acked(mem::PacketMemory& memory, uint32_t n) {
  TAPSTACK_ASSERT(v_.is_all_acked() && n <= unsent_.length);
  memory.chain_trim_front(unsent_, n);
  v_.una = v_.nxt = v_.nxt + n;
  v_.sent_bytes += n;
  v_.acked_bytes += n;
}

bool Sender::share_sent(mem::PacketMemory& memory, const SeqRange& range, mem::Chain& payload) {
  const mem::ChainRange where{range.begin.since(text_begin()), range.length()};
  TAPSTACK_ASSERT(where.offset + where.length <= sent_.length);
  return memory.share(sent_, again_, where, payload, mem::Priority::kControl);
}

Acknowledged Sender::on_ack(mem::PacketMemory& memory, SeqNumber ack) {
  TAPSTACK_ASSERT(ack.after(v_.una) && ack.at_or_before(v_.nxt));
  Acknowledged result;
  result.total_bytes = ack.since(v_.una);
  const uint32_t syn = v_.syn_acked ? 0 : 1;
  result.text_bytes = std::min(result.total_bytes - syn, sent_.length);
  result.fin = result.total_bytes > result.text_bytes + syn;
  memory.chain_trim_front(sent_, result.text_bytes);
  again_.on_trim_front(result.text_bytes);
  // The window is counted from una: what it allowed beyond stays allowed until the next update.
  v_.wnd_bytes -= std::min(v_.wnd_bytes, result.total_bytes);
  v_.una = ack;
  v_.syn_acked = true;
  v_.fin_acked = v_.fin_acked || result.fin;
  v_.acked_bytes += result.text_bytes;
  if (v_.has_urgent && ack.at_or_after(v_.up)) v_.has_urgent = false;
  return result;
}

void Sender::on_window(SeqNumber seq, SeqNumber ack, uint32_t wnd_bytes) {
  const bool is_newer = v_.wl1.before(seq) || (v_.wl1 == seq && v_.wl2.at_or_before(ack));
  if (is_newer) start_window(seq, ack, wnd_bytes);
}

void Sender::clear(mem::PacketMemory& memory) {
  again_.reset();
  memory.free_chain(sent_);
  memory.free_chain(unsent_);
}

}  // namespace tapstack::transport::tcp
