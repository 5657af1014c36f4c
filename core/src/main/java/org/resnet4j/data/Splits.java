package org.resnet4j.data;

import java.util.ArrayList;
import java.util.List;

/**
 * A data set to train on and one to test on, with the same classes.
 *
 * @param name what to call the data in reports, e.g. the folder's name
 * @param notes facts the user should see, e.g. that a test set had to be held out
 */
public record Splits(String name, Dataset train, Dataset test, List<String> notes) {
  /** Throws {@link DataException} if the class lists differ, naming the difference. */
  public Splits {
    notes = List.copyOf(notes);
    if (!train.classes().equals(test.classes())) {
      throw new DataException(
          "%s: the classes differ, %s; both sets need the same ones"
              .formatted(name, difference(train.classes(), test.classes())));
    }
  }

  private static String difference(List<String> train, List<String> test) {
    List<String> onlyTrain = new ArrayList<>(train);
    onlyTrain.removeAll(test);
    List<String> onlyTest = new ArrayList<>(test);
    onlyTest.removeAll(train);
    return "only to train on: %s, only to test on: %s".formatted(onlyTrain, onlyTest);
  }
}
