import pytest
from forms import CONTAINERS
from recipes import Recipe, draw, possible


def test_the_same_seed_gives_the_same_films():
    assert draw(30, 3) == draw(30, 3)
    assert draw(30, 3) != draw(30, 4)


def test_every_film_is_possible_and_can_be_made_again_by_its_id():
    for recipe in draw(150, 1):
        assert possible(recipe)
        assert Recipe.of(recipe.id) == recipe


def test_no_container_or_codec_is_left_out():
    drawn = {(one.container, one.codec) for one in draw(200, 5)}
    assert drawn == {
        (name, codec) for name, box in CONTAINERS.items() for codec in box.codecs.split()
    }


def test_what_is_no_film_is_refused():
    with pytest.raises(ValueError, match="parts"):
        Recipe.of("mkv-aac")
    assert not possible(Recipe("wav", "pcm16", "mono", 16000, start="late3"))
    assert not possible(Recipe("mp4", "dts", "mono", 48000))


@pytest.mark.parametrize("name", ["plain", "long", "newline"])
def test_a_name_fits_a_file_system(name):
    recipe = Recipe("mkv", "aac", "mono", 48000, name=name)
    assert len(recipe.file_name.encode()) <= 255
    assert recipe.file_name.endswith(".mkv")
