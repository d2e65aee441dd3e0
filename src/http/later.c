/* later.c: see later.h.
 *
 * Traps    The work may be done before the handler has returned: who comes second, the server that
 *          lays the connection to sleep or the thread that is done, sees the other's mark.
 * Checked  tests/api/test_api_people.c, test_api_trouble.c. */
#include "http/later.h"

void later_begin(struct later *later, later_finish *finish, void *context) {
    later->finish = finish;
    later->context = context;
    atomic_store(&later->state, LATER_WAITED_FOR);
}

void later_done(struct later *later) {
    if (atomic_exchange(&later->state, LATER_DONE) == LATER_ASLEEP)
        later->wake(later->connection);
}

bool later_sleep(struct later *later) {
    int expected = LATER_WAITED_FOR;
    return atomic_compare_exchange_strong(&later->state, &expected, LATER_ASLEEP);
}
