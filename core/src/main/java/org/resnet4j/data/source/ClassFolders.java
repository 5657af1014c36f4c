package org.resnet4j.data.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.Subset;

/**
 * Labelled images by the name of their folder, as torchvision's {@code ImageFolder}: classes are
 * the sorted folder names, images are taken from all depths below.
 */
final class ClassFolders {
  /** In the order in which they are preferred. */
  static final List<String> TEST_NAMES = List.of("val", "valid", "test");

  private static final int NAMED_IN_NOTE = 3;

  private final Unreadable unreadable;
  private final PixelBudget budget = PixelBudget.ofHeap();
  private final List<String> notes = new ArrayList<>();

  ClassFolders(Unreadable unreadable) {
    this.unreadable = unreadable;
  }

  /** One root that holds the classes, or {@code train} and a test folder that do. */
  Splits open(String name, Listing listing) {
    noteOthers(listing);
    String top = top(listing);
    Set<String> children = children(listing, top);
    if (!children.contains("train")) {
      return HoldOut.split(name, dataset(listing, top), notes);
    }
    Dataset train = dataset(listing, top + "train/");
    List<String> tests = TEST_NAMES.stream().filter(children::contains).toList();
    if (tests.isEmpty()) {
      return HoldOut.split(name, train, notes);
    }
    if (tests.size() > 1) {
      notes.add(
          "tested on %s; not used: %s".formatted(tests.get(0), tests.subList(1, tests.size())));
    }
    return new Splits(name, train, dataset(listing, top + tests.get(0) + "/"), notes);
  }

  /** Two roots, each of which holds the classes. */
  Splits open(String name, Listing train, Listing test) {
    noteOthers(train);
    noteOthers(test);
    return new Splits(name, dataset(train, top(train)), dataset(test, top(test)), notes);
  }

  /** Adds what the user should see beside the data. */
  void note(String fact) {
    notes.add(fact);
  }

  private void noteOthers(Listing listing) {
    if (listing.others() > 0) {
      notes.add(
          "%s: ignored %d files that are not JPEG or PNG"
              .formatted(listing.root(), listing.others()));
    }
  }

  /** Goes into folders that hold nothing but one folder of folders, as archives often have. */
  private static String top(Listing listing) {
    String top = "";
    Set<String> children = children(listing, top);
    while (children.size() == 1
        && !children.contains("train")
        && !children(listing, top + children.iterator().next() + "/").isEmpty()) {
      top += children.iterator().next() + "/";
      children = children(listing, top);
    }
    return top;
  }

  private static Set<String> children(Listing listing, String parent) {
    Set<String> children = new TreeSet<>();
    for (String folder : listing.folders().tailSet(parent)) {
      if (!folder.startsWith(parent)) {
        break;
      }
      String below = folder.substring(parent.length());
      if (!below.isEmpty() && below.indexOf('/') < 0) {
        children.add(below);
      }
    }
    return children;
  }

  private Dataset dataset(Listing listing, String parent) {
    List<String> classes = List.copyOf(children(listing, parent));
    if (classes.isEmpty()) {
      throw new DataException(
          "%s: no class folders of JPEG or PNG images in it; expected %s<class>/<image>"
              .formatted(listing.root(), parent));
    }
    List<StoredImage> images =
        listing.images().stream()
            .filter(image -> image.path().startsWith(parent))
            .filter(image -> image.path().indexOf('/', parent.length()) > 0)
            .sorted(
                Comparator.comparing((StoredImage image) -> className(image, parent))
                    .thenComparing(ClassFolders::folder)
                    .thenComparing(StoredImage::path))
            .toList();
    int[] labels =
        images.stream()
            .mapToInt(image -> Collections.binarySearch(classes, className(image, parent)))
            .toArray();
    Dataset all = new DecodingDataset(images, labels, classes, budget);
    Dataset usable = unreadable == Unreadable.SKIP ? readable(all, listing.root()) : all;
    requireImages(usable, listing.root() + ": " + parent);
    return usable;
  }

  private static String className(StoredImage image, String parent) {
    return image.path().substring(parent.length(), image.path().indexOf('/', parent.length()));
  }

  private static String folder(StoredImage image) {
    return image.path().substring(0, image.path().lastIndexOf('/'));
  }

  private static void requireImages(Dataset dataset, String where) {
    boolean[] seen = new boolean[dataset.classes().size()];
    for (int i = 0; i < dataset.size(); i++) {
      seen[dataset.label(i)] = true;
    }
    for (int label = 0; label < seen.length; label++) {
      if (!seen[label]) {
        throw new DataException(
            "%s%s: the class folder holds no readable JPEG or PNG image; add some or remove it"
                .formatted(where, dataset.classes().get(label)));
      }
    }
  }

  private Dataset readable(Dataset all, Path root) {
    boolean[] sound = new boolean[all.size()];
    IntStream.range(0, all.size()).parallel().forEach(i -> sound[i] = isReadable(all, i));
    int[] kept = IntStream.range(0, all.size()).filter(i -> sound[i]).toArray();
    if (kept.length == all.size()) {
      return all;
    }
    List<String> skipped =
        IntStream.range(0, all.size()).filter(i -> !sound[i]).mapToObj(all::describe).toList();
    notes.add(
        "%s: skipped %d unreadable images: %s%s"
            .formatted(
                root,
                skipped.size(),
                String.join(", ", skipped.subList(0, Math.min(NAMED_IN_NOTE, skipped.size()))),
                skipped.size() > NAMED_IN_NOTE ? ", ..." : ""));
    return new Subset(all, kept);
  }

  private static boolean isReadable(Dataset dataset, int index) {
    try {
      dataset.image(index);
      return true;
    } catch (DataException e) {
      return false;
    }
  }
}
