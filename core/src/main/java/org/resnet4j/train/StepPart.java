package org.resnet4j.train;

/**
 * What one kind of work took of a training step.
 *
 * @param phase of the step, e.g. {@code backward}
 * @param operator what is done in it, e.g. {@code convolution, weight gradient}; the phase itself
 *     where nothing finer is known
 * @param count how often in a step
 * @param seconds of all of them together, mean over the steps that were watched
 */
public record StepPart(String phase, String operator, int count, double seconds) {}
