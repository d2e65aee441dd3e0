/* privileges.c: see privileges.h.
 *
 * Traps    Groups first, then the user: afterwards one may not change groups. That root cannot be
 *          taken back is tried, not trusted.
 * Checked  by hand as root: tests run as whoever builds. */
#include "http/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

enum status privileges_drop(const char *user, struct error *error) {
    const struct passwd *entry = getpwnam(user);
    if (!entry)
        return error_set(error, STATUS_BAD_USAGE, "there is no user \"%.80s\" (--user)", user);
    if (getuid() == entry->pw_uid && geteuid() == entry->pw_uid)
        return STATUS_OK;
    if (initgroups(user, entry->pw_gid) != 0 || setgid(entry->pw_gid) != 0 ||
        setuid(entry->pw_uid) != 0)
        return error_set(error, STATUS_IO, "cannot become %.80s: %s; only root can", user,
                         strerror(errno));
    if (entry->pw_uid != 0 && setuid(0) == 0)
        return error_set(error, STATUS_IO, "became %.80s, but could take root's rights back", user);
    return STATUS_OK;
}
