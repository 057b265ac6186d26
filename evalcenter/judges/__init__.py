"""What a judge is asked, and what its reply is worth: the pure core of judging, which calls nobody.

``asking.py`` builds requests, ``reading.py`` turns replies into marks or says why there are none, ``combining.py`` counts several
judges. Whoever sends the requests hands the replies back; a request that was voided is asked once more with the next `attempt`.
"""
