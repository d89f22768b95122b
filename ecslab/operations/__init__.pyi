from . import bill as bill
from . import cleanup as cleanup
from . import console as console
from . import containers as containers
from . import guestbook as guestbook
from . import scaling_game as scaling_game
from . import spot as spot
from . import verify as verify
