/* interrupt.c: see interrupt.h. The handler does nothing but set the flag; SA_RESETHAND makes the
 * second signal do what it does by default. Checked by tests/cli. */
#include "cli/interrupt.h"

#include <signal.h>
#include <stdbool.h>

static atomic_bool interrupted;

static void on_signal(int signal) {
    (void)signal;
    atomic_store_explicit(&interrupted, true, memory_order_relaxed);
}

const atomic_bool *interrupt_flag(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &interrupted;
}
