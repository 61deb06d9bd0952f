// res_query, res_search, res_send and their variants, resolver(3): questions of any type, whose
// answers programs read themselves. glibc's own would ask over sockets that cannot be interposed.
// Programs name servers by the settings of the stack, not in a res_state; what they compose
// (res_mkquery) and read (dn_expand, ns_parserr) needs no network and stays glibc's.
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "shim/hooks/hook.h"
#include "shim/hooks/result.h"
#include "shim/names/resolver.h"
#include "shim/trace/arguments.h"
#include "shim/trace/lookups.h"

namespace tapstack::shim::names {
namespace {

using ResolverState = struct ::__res_state;  // a function has the name too

// These functions are declared not to throw, which is how a thread that is cancelled ends: until
// one returns, it is not.
class NotCancelled {
 public:
  NotCancelled() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~NotCancelled() { pthread_setcancelstate(before_, nullptr); }
  NotCancelled(const NotCancelled&) = delete;
  NotCancelled& operator=(const NotCancelled&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

// Where an answer goes: what does not fit is cut; the length is that of the whole.
struct AnswerRoom {
  unsigned char* at;
  int bytes;
};

int put(const std::vector<uint8_t>& message, AnswerRoom room) {
  const size_t count = std::min(message.size(), static_cast<size_t>(std::max(room.bytes, 0)));
  std::memcpy(room.at, message.data(), count);
  return static_cast<int>(message.size());
}

// -1 with h_errno; a message that says that there is nothing is there for who wants to read it.
int finish(const DnsReply& reply, AnswerRoom room) {
  const int length = put(reply.message, room);
  switch (reply.status) {
    case LookupStatus::kFound:
      return length;
    case LookupStatus::kNoData:
      h_errno = NO_DATA;
      break;
    case LookupStatus::kNotFound:
      h_errno = HOST_NOT_FOUND;
      break;
    case LookupStatus::kTryAgain:
      h_errno = TRY_AGAIN;
      break;
    case LookupStatus::kNoRecovery:
      h_errno = NO_RECOVERY;
      break;
  }
  return -1;
}

QueryFlags flags_of(const ResolverState* state) {
  QueryFlags flags;
  if (state == nullptr) return flags;
  flags.asks_dnssec = (state->options & RES_USE_DNSSEC) != 0;
  flags.asks_authentic = (state->options & RES_TRUSTAD) != 0;
  return flags;
}

DnsReply ask(const std::string& text, int klass, int type, const ResolverState* state) {
  const NotCancelled not_cancelled;
  const auto name = wire::DnsName::from_text(text);
  if (!name) {
    DnsReply reply;
    reply.status = LookupStatus::kNoRecovery;
    return reply;
  }
  return ask_servers({*name, static_cast<wire::DnsType>(type), static_cast<uint16_t>(klass)},
                     flags_of(state));
}

int query(const char* name, int klass, int type, AnswerRoom room, const ResolverState* state) {
  return finish(ask(name, klass, type, state), room);
}

// The first of the search list that has what is asked for; one that exists without it is worth more
// than one that does not.
int search(const char* name, int klass, int type, AnswerRoom room, const ResolverState* state) {
  DnsReply best;
  best.status = LookupStatus::kNotFound;
  for (const std::string& text : search_list_for(name)) {
    DnsReply reply = ask(text, klass, type, state);
    if (reply.status == LookupStatus::kFound || reply.is_silence) return finish(reply, room);
    if (best.message.empty() || reply.status == LookupStatus::kNoData) best = std::move(reply);
  }
  return finish(best, room);
}

int query_domain(const char* name, const char* domain, int klass, int type, AnswerRoom room,
                 const ResolverState* state) {
  std::string text = name;
  if (domain != nullptr && *domain != '\0') text += std::string(".") + domain;
  return query(text.c_str(), klass, type, room, state);
}

// The question is asked anew with an id of its own; the answer bears the program's.
int send(const unsigned char* message, int bytes, AnswerRoom room) {
  const auto asked = wire::parse_dns_query({message, static_cast<size_t>(std::max(bytes, 0))});
  if (!asked) return fail(EINVAL);
  const NotCancelled not_cancelled;
  QueryFlags flags;
  flags.wants_recursion = asked->wants_recursion;
  flags.asks_authentic = asked->asks_authentic;
  flags.disables_checking = asked->disables_checking;
  flags.asks_dnssec = asked->asks_dnssec;
  DnsReply reply = ask_servers(asked->question, flags);
  if (reply.message.empty()) return fail(reply.is_silence ? ETIMEDOUT : ECONNREFUSED);
  std::copy_n(message, 2, reply.message.begin());
  return put(reply.message, room);
}

// The hook `function`, which asks for records of a class and a type by `call`.
template <class Call, class... Names>
int shown_query(const char* function, int klass, int type, Call call, const Names&... names) {
  const auto quietly = [&] {
    const trace::Silent silent;
    const int length = call();
    return trace::QueryResult{length, length < 0 ? h_errno : 0};
  };
  return trace::traced(function, trace::Always{}, quietly, trace::Text{names}...,
                       trace::Named{trace::kRecordClasses, klass},
                       trace::Named{trace::kRecordTypes, type})
      .value;
}

template <class Call>
int shown_send(const char* function, int bytes, Call call) {
  const auto quietly = [&] {
    const trace::Silent silent;
    return call();
  };
  return trace::traced(function, trace::Always{}, quietly, bytes);
}

}  // namespace
}  // namespace tapstack::shim::names

using namespace tapstack::shim;

#undef res_query
#undef res_search
#undef res_querydomain
#undef res_send
#undef res_nquery
#undef res_nsearch
#undef res_nquerydomain
#undef res_nsend

TAPSTACK_HOOK int res_query(const char* name, int klass, int type, unsigned char* answer,
                            int bytes) noexcept {
  const auto call = [=] { return names::query(name, klass, type, {answer, bytes}, &_res); };
  return names::shown_query("res_query", klass, type, call, name);
}

TAPSTACK_HOOK int res_search(const char* name, int klass, int type, unsigned char* answer,
                             int bytes) noexcept {
  const auto call = [=] { return names::search(name, klass, type, {answer, bytes}, &_res); };
  return names::shown_query("res_search", klass, type, call, name);
}

TAPSTACK_HOOK int res_querydomain(const char* name, const char* domain, int klass, int type,
                                  unsigned char* answer, int bytes) noexcept {
  const auto call = [=] {
    return names::query_domain(name, domain, klass, type, {answer, bytes}, &_res);
  };
  return names::shown_query("res_querydomain", klass, type, call, name, domain);
}

TAPSTACK_HOOK int res_nquery(res_state state, const char* name, int klass, int type,
                             unsigned char* answer, int bytes) noexcept {
  const auto call = [=] { return names::query(name, klass, type, {answer, bytes}, state); };
  return names::shown_query("res_nquery", klass, type, call, name);
}

TAPSTACK_HOOK int res_nsearch(res_state state, const char* name, int klass, int type,
                              unsigned char* answer, int bytes) noexcept {
  const auto call = [=] { return names::search(name, klass, type, {answer, bytes}, state); };
  return names::shown_query("res_nsearch", klass, type, call, name);
}

TAPSTACK_HOOK int res_nquerydomain(res_state state, const char* name, const char* domain, int klass,
                                   int type, unsigned char* answer, int bytes) noexcept {
  const auto call = [=] {
    return names::query_domain(name, domain, klass, type, {answer, bytes}, state);
  };
  return names::shown_query("res_nquerydomain", klass, type, call, name, domain);
}

TAPSTACK_HOOK int res_send(const unsigned char* message, int bytes, unsigned char* answer,
                           int answer_bytes) noexcept {
  const auto call = [=] { return names::send(message, bytes, {answer, answer_bytes}); };
  return names::shown_send("res_send", bytes, call);
}

TAPSTACK_HOOK int res_nsend(res_state, const unsigned char* message, int bytes,
                            unsigned char* answer, int answer_bytes) noexcept {
  const auto call = [=] { return names::send(message, bytes, {answer, answer_bytes}); };
  return names::shown_send("res_nsend", bytes, call);
}

// Old programs know these functions by names with underscores (libresolv before glibc 2.34).
TAPSTACK_HOOK decltype(res_query) __res_query __attribute__((alias("res_query")));
TAPSTACK_HOOK decltype(res_nquery) __res_nquery __attribute__((alias("res_nquery")));
TAPSTACK_HOOK decltype(res_search) __res_search __attribute__((alias("res_search")));
TAPSTACK_HOOK decltype(res_nsearch) __res_nsearch __attribute__((alias("res_nsearch")));
TAPSTACK_HOOK decltype(res_querydomain) __res_querydomain __attribute__((alias("res_querydomain")));
TAPSTACK_HOOK decltype(res_nquerydomain) __res_nquerydomain
    __attribute__((alias("res_nquerydomain")));
TAPSTACK_HOOK decltype(res_send) __res_send __attribute__((alias("res_send")));
TAPSTACK_HOOK decltype(res_nsend) __res_nsend __attribute__((alias("res_nsend")));
