/* sqlite_error.c: see sqlite_error.h. Checked by tests/store/test_runs.c, test_feedback_faults.c.
 */
#include "store/sqlite_error.h"

#include <sqlite3.h>

enum status sqlite_error(struct sqlite3 *handle, const char *path, struct error *error) {
    if (!handle)
        return error_set(error, STATUS_IO, "%s: cannot be opened", path);
    const int code = sqlite3_errcode(handle) & 0xff;
    const char *advice = "";
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        advice = "; it is damaged or something else: move it away, and a new one is made";
    else if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        advice = "; another program holds it";
    else if (code == SQLITE_FULL)
        advice = "; free some space";
    else if (code == SQLITE_READONLY)
        advice = "; make the file and its folder writable";
    else if (code == SQLITE_CANTOPEN)
        advice = "; this user has to be allowed to write in its folder";
    return error_set(error, code == SQLITE_NOTADB ? STATUS_BAD_INPUT : STATUS_IO, "%s: %s%s", path,
                     sqlite3_errmsg(handle), advice);
}
