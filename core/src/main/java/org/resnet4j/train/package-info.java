/**
 * Training: recipe, loop, schedule, optimizer, checkpoint, evaluation.
 *
 * <p>Start at {@link org.resnet4j.train.Training}; a {@link org.resnet4j.recipe.Recipe} says how,
 * and {@link org.resnet4j.train.Event} what happens meanwhile.
 */
@NullMarked
package org.resnet4j.train;

import org.jspecify.annotations.NullMarked;
