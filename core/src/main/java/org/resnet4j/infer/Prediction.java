package org.resnet4j.infer;

/**
 * A class and how probable it is.
 *
 * @param index of the class
 * @param label its name
 * @param probability from 0 to 1
 */
public record Prediction(int index, String label, double probability) {}
