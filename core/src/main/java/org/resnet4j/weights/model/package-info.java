/** A model on disk: the folder, what is in its config, and how somebody's weights become one. */
@NullMarked
package org.resnet4j.weights.model;

import org.jspecify.annotations.NullMarked;
