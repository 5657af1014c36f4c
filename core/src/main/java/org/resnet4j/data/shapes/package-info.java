/**
 * The built-in data set, drawn by the program itself.
 *
 * <p>Start at {@link org.resnet4j.data.shapes.Shapes}.
 */
@NullMarked
package org.resnet4j.data.shapes;

import org.jspecify.annotations.NullMarked;
