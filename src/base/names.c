/* names.c: see names.h. Checked by tests/cli/report.t and tests/experiment/test_page.c. */
#include "base/names.h"

#include <string.h>

bool names_have(const char *const *names, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}
