#include "shim/netlink/generic/generic_family.h"

#include <linux/genetlink.h>

#include <cerrno>
#include <string_view>

namespace tapstack::shim::netlink::generic {
namespace {

constexpr std::string_view kController = "nlctrl";
constexpr uint8_t kVersion = 2;
constexpr uint32_t kNotifyGroup = GENL_ID_CTRL;

struct Operation {
  uint32_t command;
  uint32_t flags;
};
constexpr Operation kOperations[] = {
    {CTRL_CMD_GETFAMILY, GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP | GENL_CMD_CAP_HASPOL},
    {CTRL_CMD_GETPOLICY, GENL_CMD_CAP_DUMP | GENL_CMD_CAP_HASPOL},
};

// What the controller says of itself (ctrl_fill_info).
bool write_controller(Writer& out) {
  out.begin(GENL_ID_CTRL);
  out.fixed(genlmsghdr{CTRL_CMD_NEWFAMILY, kVersion, 0});
  out.text(CTRL_ATTR_FAMILY_NAME, kController);
  out.number(CTRL_ATTR_FAMILY_ID, uint16_t{GENL_ID_CTRL});
  out.number(CTRL_ATTR_VERSION, uint32_t{kVersion});
  out.number(CTRL_ATTR_HDRSIZE, uint32_t{0});
  out.number(CTRL_ATTR_MAXATTR, uint32_t{0});
  const size_t operations = out.begin_nest(CTRL_ATTR_OPS);
  uint16_t n = 0;
  for (const Operation& operation : kOperations) {
    const size_t one = out.begin_nest(++n);
    out.number(CTRL_ATTR_OP_ID, operation.command);
    out.number(CTRL_ATTR_OP_FLAGS, operation.flags);
    out.end_nest(one);
  }
  out.end_nest(operations);
  const size_t groups = out.begin_nest(CTRL_ATTR_MCAST_GROUPS);
  const size_t group = out.begin_nest(1);
  out.number(CTRL_ATTR_MCAST_GRP_ID, kNotifyGroup);
  out.text(CTRL_ATTR_MCAST_GRP_NAME, "notify");
  out.end_nest(group);
  out.end_nest(groups);
  return out.end();
}

// ctrl_getfamily: by number, by name, the name deciding; ENOENT for all that there is not.
int get_family(Call& call, const Attributes& attributes) {
  const bool has_name = attributes.has(CTRL_ATTR_FAMILY_NAME);
  const auto id = attributes.number<uint16_t>(CTRL_ATTR_FAMILY_ID);
  if (!has_name && !id) return EINVAL;
  const bool is_controller =
      has_name ? attributes.text(CTRL_ATTR_FAMILY_NAME) == kController : *id == GENL_ID_CTRL;
  if (!is_controller) return ENOENT;
  return write_controller(call.out) ? 0 : ENOBUFS;
}

// genl_rcv_msg.
int serve(Call& call, const Message& request) {
  if (request.header.nlmsg_type != GENL_ID_CTRL) return ENOENT;
  if (!request.has<genlmsghdr>()) return EINVAL;
  if (request.fixed<genlmsghdr>().cmd != CTRL_CMD_GETFAMILY) return EOPNOTSUPP;
  if (request.has_flags(NLM_F_DUMP)) return kDump;
  return get_family(call, request.attributes<genlmsghdr>());
}

int dump(Call& call, const Message&, Cursor& at) {
  if (at[0] != 0) return 0;
  if (!write_controller(call.out)) return EMSGSIZE;
  at[0] = 1;
  return 0;
}

}  // namespace

const Family kFamily = {NETLINK_GENERIC, kNotifyGroup, serve, dump, nullptr};

}  // namespace tapstack::shim::netlink::generic
