/* wall_clock.c: see wall_clock.h. Checked by tests/store/test_runs.c. */
#include "base/wall_clock.h"

#include <time.h>

double wall_clock_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}
