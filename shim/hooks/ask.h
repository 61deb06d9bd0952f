// Questions that hooks put to the engine. Each is one request; signal handlers of the program do
// not run meanwhile, the program's error value stays as it is.
#pragma once

#include "core/api/types.h"
#include "shim/common/carrier.h"
#include "shim/common/option_table.h"
#include "shim/common/protocol.h"

namespace tapstack::shim::ask {

// Sends `request` and returns the reply's errno. `fd` is a descriptor that came along, or -1.
int call(const Request& request, Reply& reply, int* fd = nullptr);

// A request without a payload.
Request about(Op op, SlotId id);

// What the handle does not show. False if the engine does not answer (a forked child's): then what
// the kernel says must do.
bool status(SlotId id, SlotStatus& status);
// SO_ERROR: the pending errno, cleared; 0 for none. ENETDOWN when the keeper is gone.
int take_error(SlotId id);
int set_option(SlotId id, Option option, int64_t value);
int keep(SlotId id, Kept option, int value);
int kept(SlotId id, Kept option, int& value);
int get_option(SlotId id, Option option, int64_t& value);
int local_endpoint(SlotId id, Endpoint& endpoint);
int remote_endpoint(SlotId id, Endpoint& endpoint);
// A number that some requests answer with (kReadable, kUnsent); false on error.
bool number(Op op, SlotId id, int64_t& value);
// One turn of the engine: what there is to do is done.
void turn();
// What the program wrote goes into the stack now; the errno that the last of it met, or 0.
int flush(SlotId id);
// The errno that stands against a datagram with this header before its bytes are looked at, or 0.
// is_too_long: but for their number.
int check_send(SlotId id, const DatagramHeader& header, bool is_too_long);
// A send with MSG_ZEROCOPY is done; told if SO_ZEROCOPY is set.
void zero_copied(SlotId id);
// The address that packets to `to` would come from, with its prefix's length; an errno: none.
int source_of(const Endpoint& to, Prefix& source);
// Interface n, from 0; ENOENT past the last.
int interface(int n, InterfaceRecord& record);
// Who is to be asked for names.
int name_servers(NameServersRecord& record);

}  // namespace tapstack::shim::ask
