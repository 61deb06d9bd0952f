#include "link/filter_table.h"

#include <algorithm>

namespace tapstack::link {

Result<FilterId> FilterTable::add(FilterProgram program, bool is_stream) {
  if (const Status good = check_filter(program); !good.ok()) return good.error();
  if (program.size() > kInstructions - instructions_used_) return Error::kNoMemory;
  const FilterId id = entries_.allocate();
  if (id.is_null()) return Error::kNoMemory;
  entries_.at(id.index) = {instructions_used_, static_cast<uint32_t>(program.size()), 1, is_stream};
  stream_filters_ += is_stream ? 1 : 0;
  std::copy(program.begin(), program.end(), storage_.instructions + instructions_used_);
  instructions_used_ += static_cast<uint32_t>(program.size());
  return id;
}

void FilterTable::share(FilterId id) {
  if (Entry* entry = entries_.get(id)) ++entry->sockets;
}

void FilterTable::release(FilterId id) {
  Entry* entry = entries_.get(id);
  if (entry == nullptr || --entry->sockets > 0) return;
  const Entry gone = *entry;
  entries_.release(id);
  stream_filters_ -= gone.is_stream ? 1 : 0;
  FilterInstruction* const begin = storage_.instructions + gone.begin;
  std::copy(begin + gone.length, storage_.instructions + instructions_used_, begin);
  instructions_used_ -= gone.length;
  for (mem::Index i = entries_.next_live(0); i != mem::kNoIndex; i = entries_.next_live(i + 1)) {
    if (entries_.at(i).begin > gone.begin) entries_.at(i).begin -= gone.length;
  }
}

FilterProgram FilterTable::program(FilterId id) const {
  const Entry* entry = entries_.get(id);
  if (entry == nullptr) return {};
  return {storage_.instructions + entry->begin, entry->length};
}

uint32_t FilterTable::run(FilterId id, const FilterSubject& subject) const {
  const FilterProgram wanted = program(id);
  return wanted.empty() ? UINT32_MAX : run_filter(wanted, subject);
}

size_t FilterTable::used() const { return entries_.used(); }

}  // namespace tapstack::link
