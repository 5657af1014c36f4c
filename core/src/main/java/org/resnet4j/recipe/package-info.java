/**
 * How to train, as data: {@link org.resnet4j.recipe.Recipe} and the files it is read from.
 *
 * <p>Nothing here trains; package {@code train} interprets it.
 */
@NullMarked
package org.resnet4j.recipe;

import org.jspecify.annotations.NullMarked;
