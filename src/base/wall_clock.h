/* wall_clock.h: the time of day, for what is written down; progress_clock() is for durations. */
#ifndef MATINEE_BASE_WALL_CLOCK_H
#define MATINEE_BASE_WALL_CLOCK_H

/* Seconds since 1970; exact to a microsecond. */
double wall_clock_seconds(void);

#endif
