/* neumf_gradient.h: the second phase of a step: the gradients of the parameters, by blocks. */
#ifndef MATINEE_MODELS_NEURAL_NEUMF_GRADIENT_H
#define MATINEE_MODELS_NEURAL_NEUMF_GRADIENT_H

#include "models/neural/neumf_step.h"

/* Takes gradients for the network's parameters and lists the tasks. */
void neumf_gradient_init(struct neumf_step *step, struct arena *arena);
/* Task `index` of step->task_count; context is the struct neumf_step. */
void neumf_gradient_task(void *context, size_t index);

#endif
