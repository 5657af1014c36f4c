/**
 * How gradients change weights; {@link org.resnet4j.optimizer.Optimizer} is the way in, {@link
 * org.resnet4j.optimizer.WeightAverage} goes along beside it.
 *
 * <p>A rule treats all tensors of a group in one call of the engine.
 */
@NullMarked
package org.resnet4j.optimizer;

import org.jspecify.annotations.NullMarked;
