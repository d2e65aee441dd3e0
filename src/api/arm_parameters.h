/* arm_parameters.h: what an arm of an experiment may set: every parameter of /api/recommend that is
 * a number, a flag or one of some choices. Who is asked for, for which films and by which model is
 * the request's, or has a place of its own in the arm. */
#ifndef MATINEE_API_ARM_PARAMETERS_H
#define MATINEE_API_ARM_PARAMETERS_H

#include "base/error.h"

/* Takes a JSON object as text. Errors (STATUS_BAD_INPUT): an unknown name (the nearest is named), a
 * value of another kind or out of range. */
enum status arm_parameters_check(const char *object, struct error *error);

#endif
