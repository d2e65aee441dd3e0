/* interrupt.h: Ctrl-C (and SIGTERM) as a flag that long tasks look at. */
#ifndef MATINEE_CLI_INTERRUPT_H
#define MATINEE_CLI_INTERRUPT_H

#include <stdatomic.h>

/* From now on the first signal sets the flag and a second one ends the program. */
const atomic_bool *interrupt_flag(void);

#endif
